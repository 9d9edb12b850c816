"""Other cleaners in the same repositories are named: R44."""

import io
from contextlib import redirect_stdout

from janitor.cli.app import run
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import image, uri, world

RULES = """\
version: 1
scope: {projects: [p]}
policies:
  - {name: stale-images, kind: artifact.image, when: {repository: r, older_than: 180d}}
"""
SAID = "repository r (us-central1, p) has native cleanup policies, delete-old, keep-ten (active"


def said(*command: str) -> str:
    out = io.StringIO()
    with redirect_stdout(out):
        assert run(list(command)) == 0
    return " ".join(out.getvalue().split())


def test_native_policies_beside(place: Placing) -> None:
    """The case of that name: the sweep, the report and explain say which other policies delete there."""
    there = world(
        image("a", "x", age="200d ago"), image("b", "y", age="2d ago"),
        repository=", cleanup_policies: [delete-old, keep-ten]",
    )  # fmt: skip
    here = place(there)
    swept = here.sweep("--dry-run", policies=RULES)
    assert any(notice.startswith(SAID) for notice in swept.document["notices"])
    assert SAID in " ".join(here.sweep("--dry-run", policies=RULES, fmt="table").out.split())
    assert SAID in said("report")
    for name in (uri(":x"), "r"):
        assert SAID in said("explain", name)
    assert SAID in said("explain", "--format", "json", "r")


def test_without_native_policies_nothing_is_said_of_them(place: Placing) -> None:
    swept = place(world(image("a"))).sweep("--dry-run")
    assert not any("native" in notice for notice in swept.document["notices"])


def test_native_policies_in_a_dry_run_are_named_as_such(place: Placing) -> None:
    here = place(world(image("a"), repository=", cleanup_policies: [old]"))
    (repository,) = here.google.world.repositories.values()
    repository.message.cleanup_policy_dry_run = True
    notices = here.sweep("--dry-run").document["notices"]
    assert any("has a native cleanup policy, old (a dry run" in notice for notice in notices)
