"""Building a plan: from decisions to actions, with what each deletion carries, contains, costs and waits for."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import chain, groupby
from operator import attrgetter

from janitor.cost.book import PriceBook
from janitor.cost.metering import (
    AN_INDEX,
    estimate_image,
    estimate_package,
    estimate_repository,
    estimate_version,
)
from janitor.kinds.image import contents_fingerprint, image_since
from janitor.kinds.owner import owner_of
from janitor.kinds.package import held_in, package_fingerprint
from janitor.kinds.repository import DOCKER, repository_since
from janitor.kinds.table import delete_rank, free_of_charge
from janitor.kinds.version import state_of, version_since
from janitor.model.amounts import Estimate
from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason
from janitor.model.resources import Condition, Image, Package, Repository, State, Version
from janitor.model.units import show_age
from janitor.plan.plan import Action
from janitor.policy.deciding.images import Goes
from janitor.policy.deciding.packages import package_facts
from janitor.policy.deciding.tags import PlacedTag
from janitor.policy.deciding.uploads import Uploads
from janitor.policy.deciding.verdict import Decision, Delete

# Ages from three days on are shown in whole days (janitor.model.duration).
_DAY, _SHOWN_IN_DAYS = 86400, 3
# Action._make without its own Python frame.
_action: Callable[[tuple[object, ...]], Action] = partial(tuple.__new__, Action)


@dataclass(frozen=True, slots=True)
class Builder:
    """What every action is made with."""

    book: PriceBook
    now: datetime
    show_creator: bool = False
    uploads: Uploads = field(default_factory=Uploads)

    def images(self, repository: Repository, goes: Iterable[Goes], counts_tags: bool = False) -> list[Action]:
        """One action an image, nearly in the order of names, which leaves `ordered` little to do.

        Those of a package stand together in `goes`.
        """
        shared = _Shared(self.book, repository.name.location, self.now.timestamp())
        actions: list[Action] = []
        for package, group in groupby(goes, key=lambda each: each.image.package):
            actions += _package(repository, package, group, shared)
        if counts_tags:
            return [a._replace(contains=((Kind.TAG, len(a.tags)),)) if a.tags else a for a in actions]
        return actions

    def repository(
        self,
        repository: Repository,
        images: Sequence[Image],
        decision: Delete,
        waits: Iterable[str],
        also: tuple[tuple[Kind, int], ...] = (),
        about: tuple[str, ...] = (),
    ) -> Action:
        """The whole repository; its images are contained, and `also` what else is counted in it. `about`: the
        digests of images elsewhere, all gone, that artifacts in it are about (R40)."""
        return Action(
            Kind.REPOSITORY, str(repository.name), repository.name.uri, decision.policy.name, decision.reason,
            details(self.age(repository_since(repository, images, self.uploads.of(str(repository.name)))), _unused(decision)),
            repository.size_bytes,
            estimate_repository(repository.size_bytes, repository.name.location, self.book),
            delete_rank(Kind.REPOSITORY), after=tuple(sorted(waits)),
            contains=(*(((Kind.IMAGE, len(images)),) if images else ()), *also), content=contents_fingerprint(images),
            owner=owner_of(repository.labels), subjects=about,
        )  # fmt: skip

    def age(self, since: datetime | None, word: str = "old") -> str:
        """Since when, in words; "" where that is not known."""
        return "" if since is None else _aged(show_age((self.now - since).total_seconds()), word)


def ordered(actions: Iterable[Action]) -> tuple[Action, ...]:
    """The order of execution: by rank, then by Google's name. Total: no two names are the same."""
    # A key that joins the two would be a tuple an action, and ranks are few.
    ranks: dict[tuple[int, int], list[Action]] = {}
    for action in sorted(actions, key=attrgetter("name")):
        ranks.setdefault(action.rank, []).append(action)
    return tuple(chain.from_iterable(ranks[rank] for rank in sorted(ranks)))


class _Shared:
    """What many images of one repository have in common, made once and held once."""

    def __init__(self, book: PriceBook, location: str, now: float) -> None:
        self._book, self._location, self._now = book, location, now
        self._estimates: dict[int, Estimate] = {}
        self._ranks: dict[int, tuple[int, int]] = {}
        self._aged: dict[tuple[int, bool], str] = {}

    def estimate(self, size_bytes: int) -> Estimate:
        """What a size costs here."""
        known = self._estimates.get(size_bytes)
        if known is None:
            known = estimate_image(size_bytes, self._location, self._book)
            self._estimates[size_bytes] = known
        return known

    def rank(self, rank: int) -> tuple[int, int]:
        """The rank of an image among all deleted images."""
        return self._ranks.get(rank) or self._ranks.setdefault(rank, delete_rank(Kind.IMAGE, rank))

    def detail(self, image: Image) -> str:
        """Its age, which is shown in whole days for all but the youngest, and whether it has a tag."""
        since = image_since(image)
        if since is None or (days := int(self._now - since) // _DAY) < _SHOWN_IN_DAYS:
            return _image_detail(image, self._now)
        key = days, not image.tags
        return self._aged.get(key) or self._aged.setdefault(key, _image_detail(image, self._now))


class _Names(dict[str, str]):
    """Digest -> Google's name, within one package: an image and those that wait for it share it."""

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self._prefix = prefix

    def __missing__(self, digest: str) -> str:
        self[digest] = self._prefix + digest
        return self[digest]


def _package(repository: Repository, package: str, goes: Iterable[Goes], shared: _Shared) -> list[Action]:
    name, owner = repository.name, owner_of(repository.labels)
    base, group = f"{name.uri}/{package}@", str(name)
    names = _Names(name.version(package, ""))
    return [
        _action((
            Kind.IMAGE, names[image.digest], base + image.digest, policy, reason, shared.detail(image),
            0 if empty else image.size_bytes, AN_INDEX if empty else shared.estimate(image.size_bytes), shared.rank(rank), "", "", image.tags,
            waits + tuple([names[digest] for digest in holders]) if holders else waits, (), group, "", owner, about,
        ))
        for image, policy, reason, rank, holders, waits, empty, about in sorted(goes, key=lambda each: each.image.digest)
    ]  # fmt: skip


def _aged(age: str, word: str) -> str:
    return f"{word} {age} ago" if word == "retired" else f"{age} {word}"


def details(*parts: str) -> str:
    """What an action says of itself, without what is empty."""
    return "; ".join(part for part in parts if part)


def _unused(decision: Delete) -> str:
    """What is true of each repository that is deleted (R13), where its reason does not say so."""
    return "" if decision.reason is DeleteReason.UNUSED else "nothing in it is in use"


def cause_of(condition: Condition) -> str:
    """Why a deploy failed, in Google's words (R6: kept for people, never decided on)."""
    if condition.state is not State.FAILED:
        return ""
    return ": ".join(part for part in (condition.reason, condition.message) if part)


def _image_detail(image: Image, now: float) -> str:
    since = image_since(image)
    age = "age unknown" if since is None else f"{show_age(now - since)} old"
    return age if image.tags else f"{age}; untagged"


def version_actions(
    builder: Builder, repository: Repository, package: Package, decided: Sequence[tuple[Version, Decision]]
) -> Iterator[Action]:
    """One action for each deleted version. Its repository's billed size caps what they save together (R25)."""
    name = repository.name
    for version, decision in decided:
        if isinstance(decision, Delete):
            yield Action(
                Kind.VERSION, version_name(package, version), "", decision.policy.name, decision.reason,
                _detail(repository, builder.now.timestamp(), version_since(version)), version.size_bytes or 0,
                estimate_version(version.size_bytes, name.location, builder.book), delete_rank(Kind.VERSION),
                group=str(name), content=state_of(version), owner=owner_of(repository.labels),
            )  # fmt: skip


def package_action(
    builder: Builder, repository: Repository, package: Package, images: Sequence[Image],
    decision: Delete, waits: Iterable[str], tags: int, about: tuple[str, ...] = (),
) -> Action:  # fmt: skip
    """The whole package; its images or versions are contained, and `tags` of them where those count. `about`: the
    digests of images elsewhere, all gone, that artifacts in it are about (R40)."""
    name, facts, docker = (
        repository.name,
        package_facts(package, images, builder.uploads.of(package.name)),
        repository.format == DOCKER,
    )
    kind = Kind.IMAGE if docker else Kind.VERSION
    held = held_in(package, images)
    estimate = estimate_package(
        facts.size_bytes, len(held), facts.unsized, docker, name.location, builder.book
    )
    detail = _detail(repository, builder.now.timestamp(), facts.since)
    return Action(
        Kind.PACKAGE, package.name, f"{name.uri}/{package.short}" if docker else "", decision.policy.name,
        decision.reason, detail if held else f"{detail}; empty", facts.size_bytes or 0, estimate,
        delete_rank(Kind.PACKAGE), after=tuple(sorted(waits)),
        contains=tuple((of, n) for of, n in ((kind, len(held)), (Kind.TAG, tags)) if n),
        group=str(name), content=package_fingerprint(held), owner=owner_of(repository.labels),
        subjects=about,
    )  # fmt: skip


def tag_action(repository: Repository, tagged: PlacedTag, decision: Delete, waits: Iterable[str]) -> Action:
    """Taking one tag off. `content` is the version that it must still point at."""
    name = repository.name
    uri = f"{name.uri}/{tagged.package}:{tagged.tag}" if repository.format == DOCKER else ""
    return Action(
        Kind.TAG, tagged.name, uri, decision.policy.name, decision.reason, "only the tag is removed; its version is kept",
        0, free_of_charge(Kind.TAG), delete_rank(Kind.TAG),
        after=tuple(sorted(waits)), group=str(name), content=tagged.version, owner=owner_of(repository.labels),
    )  # fmt: skip


def version_name(package: Package, version: Version) -> str:
    """Google's name, exactly as it was listed."""
    return f"{package.name}/versions/{version.id}"


def _detail(repository: Repository, now: float, since: float | None) -> str:
    age = "age unknown" if since is None else f"{show_age(now - since)} old"
    return f"{age}; {repository.format.lower()}"
