"""What all actions share is read once for all who ask, and is as old as the beginning of its reading (R21, R40)."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from janitor.apply.holders import FreshHolders
from janitor.apply.outcomes import OutcomeKind
from janitor.apply.ports import CallError
from janitor.apply.recheck import FreshReferences, Recheck, Subjects
from janitor.model.holders import NOT_ASKED
from janitor.model.inventory import Gap, Workloads
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Contents, Mode, Repository, Version
from janitor.policy.deciding.references import References
from tests.apply.fakes import action, of_image
from tests.making import NOW, REPOSITORY, contents, digest, image, repository

GAP = Gap("p", "us-central1", Kind.IMAGE, "PERMISSION_DENIED", "r")
SIGNATURE = of_image("s", subjects=(digest("a"),))


@dataclass
class SlowGoogle:
    """Every listing takes so many minutes of `now`, and `listed` counts them. What is asked for, in order, is `asked`."""

    minutes: int = 0
    held: dict[str, tuple[Repository, Contents | Gap]] = field(default_factory=dict)
    unlisted: tuple[Gap, ...] = ()
    versions: dict[str, Version] = field(default_factory=dict)
    now: datetime = NOW
    asked: list[str] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now

    async def workloads(self) -> Workloads:
        await self._passes("workloads")
        return Workloads()

    async def repositories(self) -> tuple[tuple[Repository, ...], tuple[Gap, ...]]:
        await self._passes("repositories")
        return tuple(each for each, _ in self.held.values()), self.unlisted

    async def contents(self, of: Repository) -> Contents | Gap:
        self.asked.append(f"contents {of.name.repository}")
        return self.held[str(of.name)][1]

    async def version(self, name: str) -> Version | None:
        self.asked.append("version")
        return self.versions.get(name)

    async def image_tags(self, of: RepositoryName, package: str, found: str) -> frozenset[str]:
        self.asked.append("image_tags")
        return frozenset()

    async def _passes(self, what: str) -> None:
        self.asked.append(what)
        await asyncio.sleep(0)
        self.now += timedelta(minutes=self.minutes)

    def count(self, what: str) -> int:
        return self.asked.count(what)


def holding(*labels: str, minutes: int = 0, **facts: Any) -> SlowGoogle:
    found = contents(*(image(label) for label in labels))
    return SlowGoogle(minutes, {str(REPOSITORY): (repository(**facts), found)})


def references(google: SlowGoogle) -> FreshReferences:
    holders = FreshHolders(google, NOT_ASKED, "off", google.clock)  # type: ignore[arg-type]
    return FreshReferences(google, References(), NOW, (), {}, google.clock, holders)  # type: ignore[arg-type]


def subjects(google: SlowGoogle) -> Subjects:
    return Subjects(google, google.clock)  # type: ignore[arg-type]


async def test_references_are_as_old_as_the_beginning_of_their_reading() -> None:
    google = SlowGoogle(minutes=4)
    fresh = references(google)
    google.now += timedelta(minutes=5)
    await fresh.refresh(REPOSITORY)
    assert google.count("workloads") == 0
    google.now += timedelta(seconds=1)
    await fresh.refresh(REPOSITORY)
    assert google.count("workloads") == 1
    google.now += timedelta(minutes=1)
    await fresh.refresh(REPOSITORY)
    assert google.count("workloads") == 1
    google.now += timedelta(seconds=1)
    await fresh.refresh(REPOSITORY)
    assert google.count("workloads") == 2


async def test_who_asks_while_they_are_read_takes_what_is_read_however_long_it_takes() -> None:
    google = SlowGoogle(minutes=20)
    fresh = references(google)
    google.now += timedelta(minutes=6)
    await asyncio.gather(*(fresh.refresh(REPOSITORY) for _ in range(5)))
    assert google.count("workloads") == 1


async def test_who_asks_at_the_moment_at_which_their_reading_ends_takes_them() -> None:
    google = SlowGoogle(minutes=20)
    fresh = references(google)
    google.now += timedelta(minutes=6)
    await fresh.refresh(REPOSITORY)
    await fresh.refresh(REPOSITORY)
    assert google.count("workloads") == 1


async def test_digests_are_listed_once_for_five_minutes_from_the_beginning() -> None:
    google = holding("b", minutes=4)
    of = subjects(google)
    assert [await of.why_there(SIGNATURE) for _ in range(3)] == ["", "", ""]
    assert google.count("repositories") == 1
    google.now += timedelta(minutes=1)
    assert await of.why_there(SIGNATURE) == ""
    assert google.count("repositories") == 1
    google.now += timedelta(seconds=1)
    assert await of.why_there(SIGNATURE) == ""
    assert google.count("repositories") == 2


async def test_all_who_ask_while_digests_are_listed_share_the_listing() -> None:
    google = holding("b", minutes=20)
    of = subjects(google)
    await asyncio.gather(*(of.why_there(SIGNATURE) for _ in range(5)))
    assert google.count("repositories") == 1


async def test_an_image_that_is_there_again_keeps_what_is_about_it() -> None:
    google = holding("a")
    why = await subjects(google).why_there(SIGNATURE)
    assert why == f"an image that it is about is there again: {digest('a')}"
    google.held[str(REPOSITORY)] = (repository(), contents(image("b")))
    assert await subjects(google).why_there(SIGNATURE) == ""


async def test_of_two_subjects_the_one_that_is_there_is_named() -> None:
    both = of_image("s", subjects=(digest("gone"), digest("a")))
    assert digest("a") in await subjects(holding("a")).why_there(both)


async def test_the_package_of_a_signature_is_asked_first() -> None:
    google = holding()
    google.versions[REPOSITORY.version("app", digest("a"))] = Version(digest("a"), (), 1.0, 2.0, None)
    why = await subjects(google).why_there(SIGNATURE)
    assert why == f"the image that it is about is there again: {digest('a')}"
    assert google.asked == ["version"]


async def test_an_attachment_asks_no_package() -> None:
    google = holding()
    assert (
        await subjects(google).why_there(action(Kind.VERSION, f"{REPOSITORY}/v", subjects=(digest("a"),)))
        == ""
    )
    assert google.count("version") == 0


@pytest.mark.parametrize(
    ("unlisted", "content"), [((GAP,), contents()), ((), GAP)], ids=["repositories", "content"]
)
async def test_what_cannot_be_listed_keeps(unlisted: tuple[Gap, ...], content: Contents | Gap) -> None:
    google = SlowGoogle(held={str(REPOSITORY): (repository(), content)}, unlisted=unlisted)
    why = await subjects(google).why_there(SIGNATURE)
    assert why == "repositories could not be read again: PERMISSION_DENIED"


@pytest.mark.parametrize(("facts", "read"), [({"mode": Mode.VIRTUAL}, 0), ({"format": "NPM"}, 0), ({}, 1)])
async def test_only_what_holds_images_itself_is_read(facts: dict[str, Any], read: int) -> None:
    google = holding("a", **facts)
    why = await subjects(google).why_there(SIGNATURE)
    assert google.count("contents r") == read
    assert bool(why) == bool(read)


async def test_what_all_share_is_read_before_the_image_itself() -> None:
    google = holding("b")
    fresh = references(google)
    fresh.outdate()
    recheck = Recheck(google, fresh, subjects(google))  # type: ignore[arg-type]
    assert await recheck.still(SIGNATURE) is None
    listing = ["repositories", "contents r"]
    assert google.asked == ["workloads", "image_tags", "version", *listing, "image_tags"]
    google.asked.clear()
    assert await recheck.still(SIGNATURE) is None
    assert google.asked == ["image_tags", "version"]


async def test_a_signature_that_gets_a_tag_while_repositories_are_listed_is_drifted() -> None:
    class Tagging(SlowGoogle):
        async def image_tags(self, of: RepositoryName, package: str, found: str) -> frozenset[str]:
            await super().image_tags(of, package, found)
            return frozenset({"release"} if self.count("repositories") else ())

    google = Tagging(held=holding("b").held)
    outcome = await Recheck(google, references(google), subjects(google)).still(SIGNATURE)  # type: ignore[arg-type]
    assert outcome is not None
    assert outcome.kind is OutcomeKind.DRIFTED


async def test_an_image_whose_subject_is_there_again_is_drifted() -> None:
    google = holding("a")
    outcome = await Recheck(google, references(google), subjects(google)).still(SIGNATURE)  # type: ignore[arg-type]
    assert outcome is not None
    assert outcome.kind is OutcomeKind.DRIFTED


async def test_a_subject_that_cannot_be_asked_about_is_drifted() -> None:
    class Broken(SlowGoogle):
        async def version(self, name: str) -> Version | None:
            raise CallError("UNAVAILABLE")

    google = Broken(held=holding("b").held)
    outcome = await Recheck(google, references(google), subjects(google)).still(SIGNATURE)  # type: ignore[arg-type]
    assert outcome is not None
    assert outcome.error == "it could not be read again: UNAVAILABLE"
