"""A report of some projects, and one without persons' addresses: nothing of the others, and no sum made up."""

from dataclasses import replace
from decimal import Decimal

from janitor.model.amounts import Amount, Priced, Unpriced
from janitor.model.names import project_of
from janitor.report.data.filters import (
    notes_on_narrowing,
    snapshot_in,
    snapshot_without_creators,
)
from janitor.report.data.snapshot import InGrace, Planned, Remaining, RunningService, Snapshot, Stored
from tests.report.summaries import SMALL, UNTIL, WEB, planned, snapshot, usd

OTHER = "projects/other/locations/us-west1"
_IMAGE = f"{OTHER}/repositories/r/packages/app/versions/sha256:{1:064x}"


def _priced(dollars: str, size_bytes: int, **facts: object) -> Planned:
    return planned(1, estimate=usd(dollars, upper_bound=True), size_bytes=size_bytes, **facts)


def mixed() -> Snapshot:
    """Two projects, each with a repository, a service and actions."""
    return snapshot(
        planned=Amount(9, 9, Decimal(9)),
        left=Amount(3, 30, Decimal(9)),
        by_policy=(("stale-images", Amount(3, 30, Decimal(9))),),
        by_owner=(("web", Amount(3, 30, Decimal(9))),),
        largest=(
            _priced("4", 10),
            _priced("3", 10),
            _priced("2", 10, name=_IMAGE, owner="infra", policy="old"),
        ),
        troubles=(planned(4, outcome="failed"), planned(5, name=f"{OTHER}/services/s", outcome="drifted")),
        troubled=2,
        stored=Amount(2, 110, Decimal(11)),
        repositories=(
            Stored(WEB, "DOCKER", "web", 10, usd("1")),
            Stored(f"{OTHER}/repositories/r", "DOCKER", "", 100, usd("10")),
        ),
        running=Amount(2, 0, Decimal(7)),
        services=(
            RunningService(f"{OTHER}/services/s", "", "serving", usd("7")),
            RunningService(f"{WEB.partition('/repositories')[0]}/services/w", "", "serving", Unpriced("why")),
        ),
        kept=(Remaining("artifact.image", "in-use", 3),),
        gaps=SMALL.snapshot.gaps if SMALL.snapshot else (),
        gapped=1,
        refusals=(("max_deletions", "too many"),),
    )


def test_only_what_is_of_the_projects_is_left() -> None:
    found = snapshot_in(mixed(), ("other",))
    named = [
        row.name
        for rows in (found.largest, found.troubles, found.repositories, found.services)
        for row in rows
    ]
    assert len(named) == 4
    assert {project_of(name) for name in named} == {"other"}
    assert found.troubled == 1


def test_the_sums_are_of_what_is_left() -> None:
    found = snapshot_in(mixed(), ("other",))
    assert (found.left, found.planned) == (Amount(1, 10, Decimal(2), 0, True),) * 2
    assert found.by_policy == (("old", found.left),)
    assert found.by_owner == (("infra", found.left),)
    assert found.stored == Amount(1, 100, Decimal(10))
    assert found.running == Amount(1, 0, Decimal(7))


def test_a_repositorys_images_never_come_to_more_than_its_billed_size() -> None:
    """R25: 20 bytes for $7 in a repository of 10."""
    found = snapshot_in(mixed(), ("xai-community",))
    assert (found.left.count, found.left.size_bytes, found.left.usd_month) == (2, 10, Decimal("3.5"))
    assert found.running.unpriced == 1


def test_what_holds_up_every_project_stays_and_what_is_not_known_by_project_does_not() -> None:
    whole = mixed()
    found = snapshot_in(whole, ("other",))
    assert (found.gaps, found.gapped, found.refusals) == (whole.gaps, 1, whole.refusals)
    assert found.kept == ()


def test_what_is_of_all_its_projects_is_the_same() -> None:
    whole = mixed()
    found = snapshot_in(whole, ("other", "xai-community"))
    assert replace(found, kept=whole.kept, **_sums(whole)) == replace(whole, **_sums(whole))


def _sums(whole: Snapshot) -> dict[str, object]:
    names = ("planned", "left", "by_policy", "by_owner", "stored", "running", "idle", "in_grace")
    return {name: getattr(whole, name) for name in names}


def test_a_reader_is_told_where_the_sums_are_too_low() -> None:
    assert len(list(notes_on_narrowing(mixed(), ("other",)))) == 1
    cut = replace(mixed(), left=Amount(4), stored=Amount(3), running=Amount(9))
    told = list(notes_on_narrowing(cut, ("other", "p")))
    assert told[0].startswith("only projects other, p; ")
    assert told[1].startswith("next deletions: 3 of 4 in all projects are known by project")
    assert len(told) == 4
    assert len(list(notes_on_narrowing(None, ("p",)))) == 1


def test_without_creators_no_address_is_left_anywhere_and_sums_add_up() -> None:
    address = "a@example.com"
    one = Amount(1, 10, Decimal("0.1"), 1, True)
    running = RunningService(f"{OTHER}/services/s", address, "failed", Priced(Decimal(0), ""), "why")
    whole = snapshot(
        by_owner=(("web", Amount(5, 5, Decimal(1))), (address, one), ("b@example.com", one), ("", one)),
        largest=(planned(1, owner=address),),
        troubles=(planned(2, owner=address),),
        repositories=(Stored(WEB, "DOCKER", address, 1, usd("1")),),
        services=(running,),
        waiting=(InGrace("run.service", f"{OTHER}/services/s", "old", address, UNTIL, True),),
    )
    found = snapshot_without_creators(whole)
    assert "@" not in repr(found)
    assert found.by_owner == (("web", Amount(5, 5, Decimal(1))), ("", Amount(3, 30, Decimal("0.3"), 3, True)))
