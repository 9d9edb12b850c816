"""Ten policies that people want, as they first write them from memory: nearly all work, or the message names the way.

Each is tried as `janitor validate` reads it. A policy that works says nothing; otherwise some line says `told`, and
`then`, written as the message says, works.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from janitor.errors import PolicyFileError
from janitor.store.policy_file import load_with_warnings


class Wanted(NamedTuple):
    """`kind` and the rest of the policy as first written; what is told of it; and the second try."""

    kind: str
    first: str
    told: tuple[str, ...] = ()
    then: str = ""


TEN = {
    "the last 10 images of each service and the releases stay, others after 30 days": Wanted(
        "artifact.image", "when: {older_than: 30d}, keep: {latest: 10, tagged: ['v*']}"
    ),
    "previews after 7 days": Wanted(
        "run.service",
        "when: {name: 'pr-*', older_than: 7d}",
        ("deletes failed services only", "write `status: [serving, degraded]` to delete live services"),
        "when: {name: 'pr-*', older_than: 7d, status: [serving, degraded]}",
    ),
    "npm snapshots after 90 days but the last 5": Wanted(
        "artifact.version",
        "when: {format: npm, version: '*-snapshot*', older_than: 90d}, keep: {latest: 5}",
    ),
    "npm snapshots after 90 days, with a word of another tool": Wanted(
        "artifact.version",
        "when: {format: npm, version: '*-snapshot*', max_age: 90d}, keep_last: 5",
        ("unknown key 'max_age': write `older_than: 30d`", "'keep_last': write `keep: {latest: 5}` beside `when`"),
        "when: {format: npm, version: '*-snapshot*', older_than: 90d}, keep: {latest: 5}",
    ),
    "services without traffic for 30 days": Wanted(
        "run.service",
        "when: {no_traffic: 30d}",
        ("unknown key 'no_traffic': Cloud Run does not say when a service was last called", "`older_than`"),
        "when: {status: serving, name: 'pr-*', older_than: 30d}",
    ),
    "idle services": Wanted(
        "run.service",
        "when: {status: idle, older_than: 30d}",
        ("janitor reads no metrics, so whether it is idle is not known", "`older_than`, which counts from its last deploy"),
        "when: {status: serving, name: 'pr-*', older_than: 30d}",
    ),
    "untagged images after 14 days, but those of base-images": Wanted(
        "artifact.image",
        "when: {tagged: false, older_than: 14d, repository: {not: base-images}}",
        ("write `not: {repository: base-images}` beside the other keys of `when`",),
        "when: {tagged: false, older_than: 14d, not: {repository: base-images}}",
    ),
    "the same with an exclamation mark, and as other tools say untagged": Wanted(
        "artifact.image",
        "when: {untagged: true, older_than: 14d, repository: '!base-images'}",
        ("unknown key 'untagged': write `tagged: false`", "write `not: {repository: base-images}`"),
        "when: {tagged: false, older_than: 14d, not: {repository: base-images}}",
    ),
    "retired revisions but the last 3": Wanted(
        "run.revision", "when: {status: retired, older_than: 7d}, keep: {latest: 3}"
    ),
    "jobs that were not executed for 60 days": Wanted(
        "run.job",
        "when: {not_executed_for: 60d}",
        ("write `older_than: 30d`, which counts from the later of its update and its last completion",),
        "when: {older_than: 60d}",
    ),
    "failed services of one creator after two weeks": Wanted(
        "run.service",
        "when: {status: failed, creator: '*@example.com', older_than: 2 weeks}",
        ("'2 weeks' is not a duration: write 2w",),
        "when: {status: failed, creator: '*@example.com', older_than: 2w}",
    ),
    "images of more than 5 GB after a month": Wanted(
        "artifact.image",
        "when: {larger_than: 5 GB, older_than: 1 month}",
        ("'1 month' is not a duration: write 30d",),
        "when: {larger_than: 5 GB, older_than: 30d}",
    ),
    "failed executions but the last 3": Wanted(
        "run.execution", "when: {status: failed, older_than: 7d}, keep: {latest: 3}"
    ),
}  # fmt: skip


def validated(tmp_path: Path, kind: str, rest: str) -> str:
    path = tmp_path / "policies.yaml"
    path.write_text(f"version: 1\npolicies:\n- {{name: wanted, kind: {kind}, {rest}}}\n")
    try:
        return "\n".join(load_with_warnings(path, datetime(2026, 11, 24, tzinfo=UTC))[1])
    except PolicyFileError as error:
        return str(error)


@pytest.mark.parametrize("wanted", TEN.values(), ids=TEN)
def test_the_first_try_works_or_is_told_what_to_write_and_that_works(tmp_path: Path, wanted: Wanted) -> None:
    said = validated(tmp_path, wanted.kind, wanted.first)
    assert bool(said) is bool(wanted.told), said
    for words in wanted.told:
        assert words in said
    assert "did you mean" not in said
    assert validated(tmp_path, wanted.kind, wanted.then or wanted.first) == ""
