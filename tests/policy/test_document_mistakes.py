"""What the policy file may not say: each mistake by line and column, with the way out."""

from pathlib import Path

import pytest

from janitor.errors import PolicyFileError
from janitor.store.policy_file import load_policies


def told(tmp_path: Path, text: str | bytes) -> list[str]:
    """The lines of the error, without the file's name."""
    path = tmp_path / "policies.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(PolicyFileError) as caught:
        load_policies(path)
    assert caught.value.exit_code == 2
    return [line.removeprefix(f"{path}:") for line in str(caught.value).splitlines()]


def of_policy(tmp_path: Path, policy: str) -> list[str]:
    """The mistakes of one policy, which stands alone in line 3."""
    return told(tmp_path, f"version: 1\npolicies:\n- {policy}\n")


def top(text: str) -> str:
    """A file with a good policy, after two lines: the text stands in line 3."""
    return f"version: 1\npolicies: [{{name: a, kind: run.service, when: {{status: failed}}}}]\n{text}\n"


SECTIONS = {
    "scop: {}": "3:1: unknown key 'scop': did you mean scope?",
    "scope: x": "3:8: scope: 'x' must be a mapping, such as {projects: [my-project]}",
    "scope: {project: [a]}": "3:9: unknown key 'project': did you mean projects?",
    "scope: {projects: a}": "3:19: projects: 'a' must be a list",
    "scope: {projects: []}": "3:19: projects: an empty list matches nothing",
    "scope: {projects: [My_Project]}": "3:20: projects: 'My_Project' is not a project ID",
    "scope: {projects: [123456]}": "3:20: projects: 123456 is a project's number: write its ID",
    "scope: {projects: ['example.com/p']}": "is not a project ID",
    "scope: {projects: [ends-]}": "is not a project ID",
    "scope: {projects: [p, {a: b}]}": "3:23: projects: this must be text",
    "scope: {locations: us}": "3:20: locations: 'us' is neither `all` nor a list: write `all` or [us]",
    "scope: {locations: [all]}": "3:21: locations: `all` is not allowed in a list",
    "scope: {locations: ['us-*']}": "3:21: locations: 'us-*' is not a location",
    "mode: aply": "3:7: mode: 'aply' is not known: did you mean apply?",
    "mode: [apply]": "3:7: mode: this is not known: allowed here: dry-run, apply",
    "mode:": "has no value",
    "protect: {labels: {env: true}}": "3:25: env: 'true' must be text: write \"true\" in quotes",
    "protect: {labels: {env: 1.10}}": "write \"1.10\" in quotes",
    "protect: {labels: [env]}": "3:19: labels: this must be a mapping",
    "protect: {labels: {'env*': x}}": "3:20: 'env*' is no label",
    "protect: {labels: {'': x}}": "'' is no label",
    "protect: {names: []}": "3:18: names: an empty list matches nothing",
    "protect: {names: ['']}": "3:19: names: an empty text matches nothing",
    "protect: {names: [1]}": "3:19: names: '1' must be text",
    "protect: {name: [a]}": "did you mean names?",
    "protect: {references: [nowhere.txt]}": "3:24: 'nowhere.txt' cannot be read: No such file",
    "protect: {references: ['.']}": "3:24: '.' cannot be read: Is a directory",
    "protect: {references: ['a\\0b']}": "3:24",
    "ttl: janitor-ttl": "3:6: ttl: 'janitor-ttl' must be a mapping, such as {label: janitor-ttl}",
    "ttl: {labels: x}": "3:7: unknown key 'labels': did you mean label?",
    "ttl: {label: 'a*'}": "3:14: label: 'a*' is no label",
    "ttl: {label: ''}": "'' is no label",
    "ttl: {label: 7}": "3:14: label: '7' must be text",
    "ttl: {label: a, expires_label: a}": "3:6: ttl: label and expires_label are both 'a'",
    "ttl: {expires_label: janitor-ttl}": "3:6: ttl: label and expires_label are both 'janitor-ttl'",
    "limits: {max_deletions: -1}": "3:25: max_deletions: '-1' must be a whole number",
    "limits: {max_deletions: 1.5}": "must be a whole number",
    "limits: {max_deletions: true}": "must be a whole number",
    f"limits: {{max_deletions: {'9' * 5000}}}": "must be a whole number",
    "limits: {max_share: 50}": "3:21: max_share: '50' is not a share: write a percentage",
    "limits: {max_share: 101%}": "is not a share",
    "limits: {max_share: .nan}": "is not a share",
    "limits: {max_monthly_value: 500}": "3:29: max_monthly_value: '500' is not an amount: write dollars",
    "limits: {max_monthly_value: 500 EUR}": "is not an amount",
    "limits: {max_monthly_value: -1 USD}": "is not an amount",
    "limits: {max_delete: 5}": "did you mean max_deletions?",
}  # fmt: skip


@pytest.mark.parametrize("text", SECTIONS)
def test_refuses_in_a_section(tmp_path: Path, text: str) -> None:
    lines = told(tmp_path, top(text))
    assert any(SECTIONS[text] in line for line in lines), lines


POLICIES = {
    "{kind: run.service, when: {status: failed}}": "3:3: name is missing",
    "{name: A, kind: run.service, when: {status: failed}}": "3:10: name: 'A' is not a policy's name",
    "{name: -a, kind: run.service, when: {status: failed}}": "is not a policy's name",
    "{name: %s, kind: run.service, when: {status: failed}}" % ("a" * 64): "at most 63",
    "{name: a, when: {status: failed}}": "3:3: kind is missing",
    "{name: a, kind: run.servce, when: {}}": "3:19: kind: 'run.servce' is not known: did you mean run.service?",
    "{name: a, kind: artifact.location, when: {}}": "is not known",
    "{name: a, kind: 3}": "3:19: kind:",
    "{name: a, kind: [run.service]}": "3:19: kind:",
    "{name: a, kind: run.service}": "3:3: when is missing",
    "{name: a, kind: artifact.repository}": "3:3: when is missing",
    "{name: a, kind: artifact.image, deletes: false}": "3:3: when is missing: write what the policy keeps",
    "{name: a, kind: artifact.image}": "3:3: when is missing",
    "{name: a, kind: run.service, when: {}}": "3:38: when is empty and",
    "{name: a, kind: artifact.image, when: {}}": "when is empty and",
    "{name: a, kind: run.service, when: [a]}": "3:38: when: this must be a mapping",
    "{name: a, kind: run.service, when: {statsu: failed}}": "3:39: unknown key 'statsu': did you mean status?",
    "{name: a, kind: run.service, when: {status: faild}}": "3:47: status: 'faild' is not known: did you mean failed?",
    "{name: a, kind: run.service, when: {status: reconciling}}": "allowed here: failed, serving, degraded",
    "{name: a, kind: run.service, when: {status: retired}}": "3:47: status: 'retired' is not known",
    "{name: a, kind: run.service, when: {status: []}}": "an empty list",
    "{name: a, kind: run.revision, when: {status: serving}}": "allowed here: retired, failed, active",
    "{name: a, kind: run.revision, when: {status: active}}": "3:48: an active revision is never deleted",
    "{name: a, kind: run.service, when: {status: degraded}}": "3:47: a degraded service still serves",
    "{name: a, kind: run.service, when: {tagged: false}}": "3:39: unknown key 'tagged': run.service has none, only artifact.image can",
    "{name: a, kind: run.service, when: {unused: true}}": "Cloud Run does not say when a service was last called",
    "{name: a, kind: artifact.image, when: {status: failed}}": "only run.service, run.revision, run.job, run.execution and run.worker_pool can",
    "{name: a, kind: artifact.repository, when: {service: x}}": "only run.revision and run.tag can",
    "{name: a, kind: run.service, status: failed, when: {older_than: 1d}}": "3:32: unknown key 'status': it belongs into `when`",
    "{name: a, kind: run.service, when: {status: failed}, keep: {latest: 3}}": "3:56: unknown key 'keep': run.service has none, only run.revision",
    "{name: a, kind: run.revision, keep: {tagged: v1}}": "3:40: unknown key 'tagged': run.revision has none",
    "{name: a, kind: run.revision, keep: {latst: 1}}": "did you mean latest?",
    "{name: a, kind: artifact.image, keep: {}}": "3:41: keep is empty",
    "{name: a, kind: artifact.image, keep: {latest: 0}}": "3:50: latest: '0' must be a whole number, from 1",
    "{name: a, kind: artifact.image, keep: {latest: '3'}}": "must be a whole number",
    "{name: a, kind: artifact.image, when: {tagged: false}, keep: {tagged: v1}}": "keep.tagged has no effect beside",
    "{name: a, kind: artifact.image, when: {tagged: false, tags: v1}}": "tags can match nothing",
    "{name: a, kind: artifact.image, when: {tagged: 'no'}}": "3:50: tagged: 'no' must be true or false",
    "{name: a, kind: artifact.image, when: {tags: 1.10}}": "3:48: tags: '1.10' must be text: write \"1.10\" in quotes",
    "{name: a, kind: artifact.image, when: {tags: {a: b}}}": "3:48: tags: this must be a list",
    "{name: a, kind: artifact.image, when: {unused: 1}}": "3:50: unused: only `unused: true` can be said",
    "{name: a, kind: artifact.image, when: {unused: false}}": "3:50: unused: only `unused: true` can be said",
    "{name: a, kind: artifact.tag, when: {older_than: 1d}}": "3:52: older_than: a tag has no age",
    "{name: a, kind: artifact.tag, when: {any: [{tags: a}, {not: {older_than: 1d}}]}}": "older_than: a tag has no age",
    "{name: a, kind: artifact.tag, when: {tags: a}, keep: {latest: 1}}": "unknown key 'keep': artifact.tag has none",
    "{name: a, kind: artifact.package, when: {empty: false}}": "3:51: empty: only `empty: true` is allowed",
    "{name: a, kind: artifact.package, when: {empty: 1}}": "3:51: empty: only `empty: true` is allowed",
    "{name: a, kind: artifact.package, when: {unused: true}}": "unknown key 'unused': who uses it is not known",
    "{name: a, kind: artifact.package, when: {older_than: 1d}, keep: {latest: 1}}": "unknown key 'keep': artifact.package has none",
    "{name: a, kind: artifact.package}": "3:3: when is missing",
    "{name: a, kind: artifact.image, when: {not: {unused: true}}}": "unused is not allowed under not",
    "{name: a, kind: artifact.image, when: {older_than: 24}}": "3:54: older_than: '24' is not a duration",
    "{name: a, kind: artifact.image, when: {older_than: 0d}}": "is zero:",
    "{name: a, kind: artifact.image, when: {older_than: -1d}}": "is not a duration",
    "{name: a, kind: artifact.image, when: {older_than: 999999d}}": "longer than a hundred years",
    "{name: a, kind: artifact.image, when: {older_than: %sd}}" % ("9" * 9999): "is not a duration",
    "{name: a, kind: artifact.image, when: {older_than: [1d]}}": "this must be a duration",
    "{name: a, kind: artifact.image, when: {larger_than: 5}}": "3:55: larger_than: '5' is not a size",
    "{name: a, kind: artifact.image, when: {name: ''}}": "3:48: name: an empty text matches nothing",
    "{name: a, kind: artifact.image, when: {name: %s}}" % ("x" * 600): "longer than 512 characters",
    "{name: a, kind: artifact.image, when: {any: []}}": "3:47: any: an empty list",
    "{name: a, kind: artifact.image, when: {any: {name: a}}}": "3:47: any: this must be a list",
    "{name: a, kind: artifact.image, when: {any: [{}, {name: a}]}}": "3:48: any contains an empty condition",
    "{name: a, kind: artifact.image, when: {not: {}}}": "3:47: not contains an empty condition",
    "{name: a, kind: artifact.image, when: {not: [{name: a}]}}": "3:47: not: this must be a mapping",
    "{name: a, kind: artifact.image, when: {any: [{nam: a}]}}": "3:49: unknown key 'nam': did you mean name?",
    "{name: a, kind: run.service, when: {status: serving, name: pr-1}}": "3:47: status: serving deletes live services: it needs `older_than`",
    "{name: a, kind: run.service, when: {status: serving, older_than: 1d}}": "it needs `name` or `labels`",
    "{name: a, kind: run.service, when: {status: serving, older_than: 1d, name: '*'}}": "it needs `name` or `labels`",
    "{name: a, kind: run.service, when: {any: [{status: serving}], name: a, older_than: 1d}}": "is allowed only directly in when,",
    "{name: a, kind: run.service, managed: true, when: {name: 'a*'}}": "3:41: managed: true needs the full name",
    "{name: a, kind: run.revision, managed: true, when: {status: retired}}": "write `service: NAME` in when",
    "{name: a, kind: artifact.image, managed: true, when: {name: a}}": "write `repository: NAME` in when",
    "{name: a, kind: artifact.repository, managed: true, when: {any: [{name: a}]}}": "write `name: NAME` in when",
    "{name: a, kind: run.service, managed: 1, when: {name: a}}": "managed: '1' must be true or false",
    "{name: a, kind: run.service, run.service: x, when: {name: a}}": "unknown key 'run.service'",
    "{name: a, kind: run.service, when: {labels: {\"\\e[2J\": 1}}}": "'\\x1b[2J'",
    "{name: a, kind: artifact.image, keep: {latest: 1, per: minor}}": "3:58: per: 'minor' must be a mapping, such as {semver: minor}",
    "{name: a, kind: artifact.image, keep: {latest: 1, per: {}}}": "3:58: per groups either by `tag` or by `semver`",
    "{name: a, kind: artifact.image, keep: {latest: 1, per: {tag: (x), semver: minor}}}": "3:58: per groups either",
    "{name: a, kind: artifact.image, keep: {per: {semver: minor}}}": "3:47: per sets the groups in which latest counts: write latest",
    "{name: a, kind: artifact.image, when: {tagged: false}, keep: {latest: 1, per: {semver: minor}}}": "3:81: per groups by tags",
    "{name: a, kind: artifact.image, keep: {latest: 1, per: {semver: minr}}}": "3:67: semver: 'minr' is not known: did you mean minor?",
    "{name: a, kind: artifact.image, keep: {latest: 1, per: {semver: minor, latest: 0}}}": "3:82: latest: '0' must be a whole number, from 1",
    "{name: a, kind: artifact.image, keep: {latest: 1, per: {semver: minor, newest: 2}}}": "3:74: unknown key 'newest': allowed here: latest, semver, tag",
    "{name: a, kind: artifact.image, keep: {latest: 1, per: {sem: minor}}}": "3:59: unknown key 'sem': did you mean semver?",
    "{name: a, kind: artifact.image, keep: {latest: 1, per: {tag: 'release-'}}}": "3:64: tag: 'release-' captures no group: put parentheses around",
    "{name: a, kind: artifact.image, keep: {latest: 1, per: {tag: '(a)(b)'}}}": "3:64: tag: '(a)(b)' captures 2 groups",
    "{name: a, kind: artifact.image, keep: {latest: 1, per: {tag: '(a'}}}": "3:64: tag: '(a' is no regular expression of RE2's syntax (missing ): (a)",
    "{name: a, kind: artifact.image, keep: {latest: 1, per: {tag: '(?=a)'}}}": "invalid perl operator: (?=",
    "{name: a, kind: artifact.image, keep: {latest: 1, per: {tag: '(a)\\1'}}}": "invalid escape sequence: \\1",
    "{name: a, kind: artifact.image, keep: {latest: 1, per: {tag: '((((a{100}){100}){100}){100})'}}}": "RE2's syntax",
    "{name: a, kind: artifact.image, keep: {latest: 1, per: {tag: %s}}}" % ("x" * 600): "longer than 512 characters",
    "{name: a, kind: artifact.image, keep: {latest: 1, per: {tag: 7}}}": "3:64: tag: '7' must be text",
    "{name: a, kind: run.revision, keep: {latest: 1, per: {semver: minor}}}": "3:51: unknown key 'per': run.revision has none, only artifact.image and artifact.version can",
    "{name: a, kind: artifact.version, keep: {latest: 1, per: {latest: 1}}}": "3:60: semver is missing: say by which part",
    "{name: a, kind: artifact.version, keep: {latest: 1, per: {tag: (x)}}}": "3:61: unknown key 'tag': allowed here: latest, semver",
    "{name: a, kind: artifact.version, keep: {per: {semver: minor}}}": "3:49: per sets the groups in which latest counts",
    "{name: a, kind: artifact.image, keep: {rollback: 3}}": "3:42: unknown key 'rollback': artifact.image has none, only run.revision can",
    "{name: a, kind: run.revision, keep: {rollback: 0}}": "3:50: rollback: '0' must be a whole number, from 1 to 1,000,000",
    "{name: a, kind: run.service, when: {ttl: 72h}}": "3:44: ttl: '72h' is not known: allowed here: expired",
    "{name: a, kind: run.service, when: {not: {ttl: expired}}}": "3:50: ttl is not allowed under not",
    "{name: a, kind: run.service, when: {any: [{name: b, not: {ttl: expired}}]}}": "3:66: ttl is not allowed under not",
    "{name: a, kind: run.service, when: {status: serving, name: pr-1, ttl: expired}}": "3:47: status: serving deletes live services: it needs `older_than`",
    "{name: a, kind: run.service, ttl: expired, when: {name: b}}": "3:32: unknown key 'ttl': it belongs into `when`",
    "hello": "3:3: policies: 'hello' must be a mapping",
    "[a]": "3:3: policies: this must be a mapping",
}  # fmt: skip


@pytest.mark.parametrize("policy", POLICIES)
def test_refuses_a_policy(tmp_path: Path, policy: str) -> None:
    lines = of_policy(tmp_path, policy)
    assert any(POLICIES[policy] in line for line in lines), lines
    for line in lines:
        assert len(line) < 500
        assert line.isprintable()
        assert "Traceback" not in line
        assert "Input should" not in line


@pytest.mark.parametrize("version", ["2", "'1'", "true", "1.0", "[1]", "0x2"])
def test_reads_version_1_and_no_other(tmp_path: Path, version: str) -> None:
    lines = told(tmp_path, top("").replace("version: 1", f"version: {version}"))
    assert lines == ["1:10: version: this janitor reads version 1 of the policy file: write `version: 1`"]


def test_a_file_without_version_and_policies_misses_both(tmp_path: Path) -> None:
    lines = told(tmp_path, "mode: apply\n")
    assert [line.split(":")[2] for line in lines] == [" policies is missing", " version is missing"]
    assert told(tmp_path, "version: 1\npolicies: []\n")[0].startswith("2:11: policies: an empty list")


def test_two_policies_of_one_name_are_a_mistake_of_the_second(tmp_path: Path) -> None:
    a = "{name: a, kind: run.service, when: {status: failed}}"
    assert of_policy(tmp_path, f"{a}\n- {a}") == [
        "4:10: the name 'a' is policy 1's name already: choose another"
    ]


def test_every_mistake_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    lines = told(
        tmp_path,
        "version: 3\nmode: x\nmode: y\nscope: {a: b}\npolicies:\n"
        "- {name: B, kind: run.service, when: {status: serving, x: 1}}\n"
        "- {name: c, kind: what, when: 1, extra: 2}\n"
        "- {name: d, kind: artifact.image, when: {any: [{tags: [1, '']}]}, managed: true}\n",
    )
    places = [tuple(map(int, line.split(":")[:2])) for line in lines]
    assert places == sorted(places)
    assert [line for line, _ in places] == [1, 2, 3, 4, 6, 6, 6, 6, 7, 7, 8, 8, 8]


def test_a_thousand_mistakes_are_counted_past_the_fiftieth(tmp_path: Path) -> None:
    lines = told(tmp_path, "version: 1\npolicies:\n" + "- {}\n" * 1000)
    assert len(lines) == 51
    assert lines[-1].endswith("more: fix these first")


def test_a_mistake_in_a_reference_file_is_told_by_its_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "refs.txt").write_text("# gke\nus-docker.pkg.dev/p/r/app:1\nus-docker.pkg.dev/p\nx y\n")
    lines = told(tmp_path, top("protect: {references: [refs.txt]}"))
    assert lines[0].startswith(
        f"{tmp_path / 'refs.txt'}:3:1: image reference 'us-docker.pkg.dev/p' cannot be parsed"
    )
    assert lines[1].startswith(f"{tmp_path / 'refs.txt'}:4:1: 'x y' is more than one image reference")


@pytest.mark.parametrize(("content", "why"), [(b"", "names no image"), (b"# only\n\n", "names no image"),
                                              (b"\xff\n", "it is not UTF-8")])  # fmt: skip
def test_a_reference_file_that_protects_nothing_is_a_mistake(
    tmp_path: Path, content: bytes, why: str
) -> None:
    (tmp_path / "refs.txt").write_bytes(content)
    lines = told(tmp_path, top("protect: {references: [refs.txt]}"))
    assert len(lines) == 1
    assert lines[0].startswith("3:24: 'refs.txt' ")
    assert why in lines[0]


def test_a_file_that_is_not_there_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileError, match="this file does not exist: `janitor init` writes one"):
        load_policies(tmp_path / "nowhere.yaml")


def test_a_folder_and_an_impossible_path_are_no_policy_file(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileError, match="this is a folder"):
        load_policies(tmp_path)
    for path in (tmp_path / "a\0b", tmp_path / ("x" * 5000)):
        with pytest.raises(PolicyFileError, match="cannot be read"):
            load_policies(path)


def test_an_endless_file_is_refused_and_not_read_to_its_end() -> None:
    with pytest.raises(PolicyFileError, match="over 1 MiB"):
        load_policies(Path("/dev/zero"))
