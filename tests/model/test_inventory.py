"""What was observed is in order, whatever the order of reading."""

from itertools import permutations

from janitor.model.inventory import Gap, Workloads, merged
from janitor.model.kinds import Kind
from tests.making import job, revision, service, workloads


def test_parts_merge_to_the_same_whatever_their_order() -> None:
    parts = [
        workloads(service("b"), job("j2")), workloads(service("a"), revision("b", "b-1")),
        Workloads(gaps=(Gap("q", "l", Kind.JOB, "503"), Gap("p", "l", Kind.JOB, "503"))),
    ]  # fmt: skip
    found = [merged(order) for order in permutations(parts)]
    assert all(each == found[0] for each in found)
    assert [each.name.short for each in found[0].of(Kind.SERVICE)] == ["a", "b"]
    assert [gap.project for gap in found[0].gaps] == ["p", "q"]


def test_every_kind_of_cloud_run_says_so() -> None:
    """R4: gaps of these hide users of images."""
    assert {kind for kind in Kind if not kind.is_run} == {
        Kind.REPOSITORY, Kind.IMAGE, Kind.PACKAGE, Kind.VERSION, Kind.TAG, Kind.ATTACHMENT, Kind.ARTIFACT_LOCATION,
        Kind.HOLDER, Kind.PROJECT,
    }  # fmt: skip
