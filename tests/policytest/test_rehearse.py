"""Tests of policies say what the deciding code says, and tell every difference."""

import json
import re
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from janitor.errors import PolicyFileError
from janitor.policy.file.document import parse_policies
from janitor.policy.file.source import plain, read_source
from janitor.policy.model import Policies
from janitor.policytest.file import read_tests
from janitor.policytest.model import PolicyTestResult
from janitor.policytest.results import as_json, as_text
from janitor.policytest.run import rehearse
from janitor.store.policy_file import load_policies
from tests.laws.trying import law
from tests.policy.test_schema import mutated

TOP = Path(__file__).parents[2]
POLICIES = """\
version: 1
protect: {tags: ["keep-*"]}
policies:
- {name: failed, kind: run.service, when: {status: failed, older_than: 1d}}
- {name: retired, kind: run.revision, when: {status: retired, older_than: 9d}}
- {name: runs, kind: run.execution, when: {older_than: 9d}}
- {name: jobs, kind: run.job, when: {older_than: 90d}}
- {name: images, kind: artifact.image, when: {older_than: 9d}, keep: {latest: 1}}
- {name: npm, kind: artifact.version, when: {older_than: 9d}}
- {name: repositories, kind: artifact.repository, when: {name: old, unused: true}}
"""
THINGS = """\
    services:
      web:
        deployed: 1d ago
        revisions: {web-1: {created: 30d ago, retired: 20d ago, image: r/app@one}, web-2: {image: "r/app:two"}}
      bad: {status: failed, deployed: 3d ago, revisions: {bad-1: {image: r/app@three}}}
      busy: {status: reconciling, deployed: 3d ago}
    jobs:
      nightly:
        updated: 99d ago
        executions: {n-1: {completed: 30d ago}, n-2: {completed: 1d ago, image: r/app@four}, n-3: {status: running}}
      idle: {updated: 100d ago, executions: {i-1: {completed: 99d ago}}}
    worker_pools: {pool: {image: r/app@five}}
    repositories:
      r:
        updated: 1d ago
        images:
          app@one: {uploaded: 30d ago}
          app@two: {uploaded: 30d ago, tags: [two]}
          app@three: {uploaded: 30d ago}
          app@four: {uploaded: 30d ago}
          app@five: {uploaded: 30d ago}
          app@six: {uploaded: 30d ago, tags: [keep-me]}
          app@seven: {uploaded: 10d ago}
          app@eight: {uploaded: unknown}
      old: {updated: 30d ago, images: {x@y: {}}}
      n: {format: npm, updated: 1d ago, packages: {left-pad: {versions: {1.0.0: {created: 30d ago}, 2.0.0: {created: 1d ago}}}}}
"""
EXPECT = """\
    expect:
      web: {keep: serving}
      web-1: {delete: retired, reason: retired}
      web-2: {keep: has-traffic}
      bad: {delete: failed, reason: failed}
      bad-1: {with: bad}
      busy: {keep: reconciling}
      nightly: {keep: running}
      n-1: {delete: runs, reason: older-than}
      n-2: {keep: last-execution}
      n-3: {keep: running}
      idle: {delete: jobs}
      i-1: {with: idle}
      app@one: {delete: images, reason: older-than}
      app@two: {keep: in-use}
      app@three: {delete: images}
      app@four: {keep: in-use}
      app@five: {keep: in-use}
      app@six: {keep: protected}
      app@seven: {keep: keep-latest}
      app@eight: {keep: keep-latest}
      old: {delete: repositories, reason: unused}
      x@y: {with: old}
      left-pad@1.0.0: {delete: npm}
      left-pad@2.0.0: {keep: not-matched}
"""


def outcomes(expect: str, policies: str = POLICIES) -> list[PolicyTestResult]:
    loaded = parse_policies(policies.encode(), "policies.yaml", lambda _: b"")
    text = f"version: 1\ntests:\n  - name: everything\n{THINGS}{expect}"
    now, cases = read_tests(text.encode(), "t", loaded)
    return [rehearse(case, loaded, now) for case in cases]


def test_says_of_every_kind_what_a_sweep_would() -> None:
    assert as_text(outcomes(EXPECT), "t") == "passed  everything\n1 test: 1 passed, 0 failed\n"


@pytest.mark.parametrize(
    ("line", "wrong", "found"),
    [
        ("web: {keep: serving}", "web: {delete: failed}", "keep: serving"),
        ("bad: {delete: failed, reason: failed}", "bad: {delete: failed, reason: older-than}", "delete: failed, reason: failed"),
        ("bad-1: {with: bad}", "bad-1: {with: web}", "with: bad"),
        ("bad-1: {with: bad}", "bad-1: {keep: in-use}", "with: bad"),
        ("n-1: {delete: runs, reason: older-than}", "n-1: {delete: jobs}", "delete: runs, reason: older-than"),
        ("app@six: {keep: protected}", "app@six: {keep: in-use}", "keep: protected"),
    ],
)  # fmt: skip
def test_tells_what_was_expected_and_what_was_found(line: str, wrong: str, found: str) -> None:
    assert line in EXPECT
    told = as_text(outcomes(EXPECT.replace(f"      {line}", f"      {wrong}")), "t").splitlines()
    short, _, verdict = wrong.partition(": ")
    assert told == [
        "FAILED  everything (t:3)",
        f"  {short}  expected  {verdict[1:-1]}",
        f"  {'':{len(short)}}  found     {found}",
        "1 test: 0 passed, 1 failed",
    ]


def test_a_deletion_that_nobody_expects_is_a_difference() -> None:
    told = as_text(outcomes(EXPECT.replace("      app@one: {delete: images, reason: older-than}\n", "")), "t")
    assert "  app@one  expected  nothing: it is not in expect\n" in told
    assert "           found     delete: images, reason: older-than\n" in told


def test_what_stays_or_goes_with_its_holder_need_not_be_named() -> None:
    lines = [line for line in EXPECT.splitlines(keepends=True) if "keep:" not in line and "with:" not in line]
    assert outcomes("".join(lines))[0].differences == ()


def test_tells_programs_the_same() -> None:
    found = json.loads(
        as_json(outcomes(EXPECT.replace("web: {keep: serving}", "web: {keep: self}")), "t", "p")
    )
    assert found == {
        "schema_version": 1, "policies": "p", "tests_file": "t", "passed": 0, "failed": 1,
        "tests": [{"name": "everything", "line": 3, "passed": False, "differences": [{
            "resource": "web", "kind": "run.service",
            "name": "projects/my-project/locations/us-central1/services/web",
            "expected": {"keep": "self"}, "found": {"keep": "serving"},
        }]}],
    }  # fmt: skip


@pytest.mark.parametrize("folder", ["", "janitor/demo/"])
def test_the_policies_that_ship_pass_their_tests(folder: str) -> None:
    loaded = load_policies(TOP / f"{folder}policies.yaml")
    now, cases = read_tests((TOP / f"{folder}policies.test.yaml").read_bytes(), "t", loaded)
    found = [rehearse(case, loaded, now) for case in cases]
    assert [outcome.differences for outcome in found if outcome.differences] == []
    deleted = {getattr(verdict, "policy", "") for case in cases for verdict in case.expected.values()}
    assert {policy.name for policy in loaded.policies} <= deleted, (
        "each policy deletes something in some test"
    )


def test_packages_are_called_after_their_repository_and_take_along_what_they_hold() -> None:
    policies = "version: 1\npolicies:\n- {name: gone, kind: artifact.package, when: {older_than: 9d}}\n"
    said = """\
version: 1
tests:
  - name: packages
    repositories:
      r: {images: {app@one: {uploaded: 30d ago}, app@two: {uploaded: 20d ago}, web@one: {uploaded: 1d ago}}}
      n: {format: npm, packages: {app: {versions: {1.0.0: {created: 30d ago}}}, empty: {created: 30d ago}}}
    expect:
      r/app: {delete: gone, reason: older-than}
      app@one: {with: r/app}
      app@two: {with: r/app}
      r/web: {keep: not-matched}
      n/app: {delete: gone}
      app@1.0.0: {with: n/app}
      n/empty: {delete: gone}
"""
    loaded = parse_policies(policies.encode(), "policies.yaml", lambda _: b"")
    now, (case,) = read_tests(said.encode(), "t", loaded)
    assert as_text([rehearse(case, loaded, now)], "t").startswith("passed")


POOLS = """\
version: 1
tests:
  - name: pools
    worker_pools:
      idle: {instances: 0, updated: 40d ago, revisions: {i-1: {created: 50d ago}}}
      busy: {updated: 40d ago}
      odd: {instances: unknown, updated: 40d ago}
      bad: {status: failed, instances: 0, updated: 2d ago, revisions: {b-1: {created: 2d ago}}}
    expect:
      idle: {delete: pools, reason: older-than}
      i-1: {with: idle}
      busy: {keep: has-instances}
      odd: {keep: has-instances}
      worker_pools/bad: {delete: broken, reason: failed}
      b-1: {with: bad}
"""


def test_worker_pools_are_decided_as_in_a_sweep() -> None:
    loaded = parse_policies(
        b"version: 1\npolicies:\n- {name: pools, kind: run.worker_pool, when: {older_than: 30d}}\n"
        b"- {name: broken, kind: run.worker_pool, when: {status: failed}}\n",
        "policies.yaml",
        lambda _: b"",
    )
    now, cases = read_tests(POOLS.encode(), "t", loaded)
    told = as_text([rehearse(case, loaded, now) for case in cases], "t")
    assert told == "passed  pools\n1 test: 1 passed, 0 failed\n"


@pytest.fixture(scope="module")
def shipped() -> tuple[Policies, Any]:
    """The shipped policies, and their tests as plain values."""
    tests = (TOP / "janitor/demo/policies.test.yaml").read_bytes()
    return load_policies(TOP / "janitor/demo/policies.yaml"), plain(read_source(tests, "t").root)


@law
@given(dice=st.randoms(use_true_random=False))
def test_whatever_a_file_of_tests_says_it_is_refused_or_run(
    shipped: tuple[Policies, Any], dice: Random
) -> None:
    loaded, tests = shipped
    data = json.dumps(mutated(dice, tests)).encode()
    refused = ""
    try:
        now, cases = read_tests(data, "t", loaded)
    except PolicyFileError as error:
        refused = str(error)
    if refused:
        assert all(re.match(r"t:\d+:\d+: ", line) for line in refused.splitlines())
        return
    found = [rehearse(case, loaded, now) for case in cases]
    assert as_text(found, "t").endswith(" failed\n")


def test_unused_for_counts_from_the_last_use_that_a_test_says() -> None:
    """The ledger of a test goes back for ever, and what it does not say was used never was."""
    policies = (
        "version: 1\npolicies:\n- {name: u, kind: artifact.image, when: {unused_for: 7d, older_than: 30d}}\n"
    )
    loaded = parse_policies(policies.encode(), "policies.yaml", lambda _: b"")
    text = """\
version: 1
tests:
  - name: used lately, used long ago, and never
    repositories:
      dev:
        images:
          web@lately: {uploaded: 60d ago, last_used: 3d ago}
          web@long-ago: {uploaded: 60d ago, last_used: 8d ago}
          web@never: {uploaded: 60d ago}
    expect:
      web@lately: {keep: not-matched}
      web@long-ago: {delete: u, reason: unused}
      web@never: {delete: u, reason: unused}
"""
    now, (case,) = read_tests(text.encode(), "t", loaded)
    assert as_text([rehearse(case, loaded, now)], "t").startswith("passed")
