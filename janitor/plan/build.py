"""From decisions to actions: what each deletion carries, contains, costs and waits for."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import chain, groupby
from operator import attrgetter

from janitor.cost.book import PriceBook
from janitor.cost.metering import (
    AN_INDEX,
    estimate_image,
    estimate_repository,
    estimate_revision,
    estimate_service,
)  # fmt: skip
from janitor.kinds.image import contents_fingerprint, image_since
from janitor.kinds.owner import owner_of
from janitor.kinds.repository import repository_since
from janitor.kinds.revision import revision_since
from janitor.kinds.service import never_ready, service_since
from janitor.model.duration import show_age
from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind
from janitor.model.money import Estimate
from janitor.model.reasons import DeleteReason
from janitor.model.resources import Condition, Image, Repository, Revision, Service, State
from janitor.plan.values import Action
from janitor.policy.deciding.images import Goes
from janitor.policy.deciding.uploads import Uploads
from janitor.policy.deciding.verdict import Delete
from janitor.policy.deciding.workload_rules import WorkloadVerdicts

# In this order what goes is deleted: workloads first, for they set images free.
(
    SERVICE_RANK,
    REVISION_RANK,
    JOB_RANK,
    EXECUTION_RANK,
    POOL_RANK,
    IMAGES_RANK,
    TAGS_RANK,
    VERSIONS_RANK,
    PACKAGES_RANK,
    REPOSITORY_RANK,
) = range(10)
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

    def workloads(self, workloads: Workloads, verdicts: WorkloadVerdicts) -> list[Action]:
        """Services, each with its revisions contained, then revisions that go by themselves."""
        services = {service.name: service for service in workloads.services}
        actions = [
            self._service(service, verdicts.contained[service.name], decision)
            for service in workloads.services
            if isinstance(decision := verdicts.services.get(service.name), Delete)
        ]
        for revision in workloads.revisions:
            decision = verdicts.revisions.get(revision.name)
            if isinstance(decision, Delete):
                actions.append(self._revision(revision, services.get(revision.name.parent), decision))
        return actions

    def _service(self, service: Service, revisions: Sequence[Revision], decision: Delete) -> Action:
        never = never_ready(revisions) and not service.traffic
        return Action(
            Kind.SERVICE, str(service.name), service.uri, decision.policy.name, decision.reason,
            details(self.age(service_since(service)), cause_of(service.terminal)), 0,
            estimate_service(service, revisions, never, self.book), (SERVICE_RANK, 0),
            etag=service.etag, uid=service.uid,
            contains=((Kind.REVISION, len(revisions)),) if revisions else (),
            owner=owner_of(service.labels, service.creator if self.show_creator else ""),
        )  # fmt: skip

    def _revision(self, revision: Revision, service: Service | None, decision: Delete) -> Action:
        word = "retired" if decision.reason is DeleteReason.RETIRED else "old"
        cause = cause_of(revision.ready) if revision.ready else ""
        return Action(
            Kind.REVISION, str(revision.name), "", decision.policy.name, decision.reason,
            details(self.age(revision_since(revision), word), cause), 0,
            estimate_revision(revision, service, self.book), (REVISION_RANK, 0),
            etag=revision.etag, uid=revision.uid, owner=self._owner(revision, service),
        )  # fmt: skip

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
            details(self.age(repository_since(repository, images, self.uploads.of(str(repository.name)))), "nothing in it is in use"),
            repository.size_bytes,
            estimate_repository(repository.size_bytes, repository.name.location, self.book),
            (REPOSITORY_RANK, 0), after=tuple(sorted(waits)),
            contains=(*(((Kind.IMAGE, len(images)),) if images else ()), *also), content=contents_fingerprint(images),
            owner=owner_of(repository.labels), subjects=about,
        )  # fmt: skip

    def _owner(self, revision: Revision, service: Service | None) -> str:
        """The service's owner, who deploys it: a revision keeps the labels of its own day."""
        creator = revision.creator if self.show_creator else ""
        return owner_of(service.labels if service else revision.labels, creator)

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
        """The rank of an image among all that goes."""
        return self._ranks.get(rank) or self._ranks.setdefault(rank, (IMAGES_RANK, rank))

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


def cause_of(condition: Condition) -> str:
    """Why a deploy failed, in Google's words (R6: kept for people, never decided on)."""
    if condition.state is not State.FAILED:
        return ""
    return ": ".join(part for part in (condition.reason, condition.message) if part)


def _image_detail(image: Image, now: float) -> str:
    since = image_since(image)
    age = "age unknown" if since is None else f"{show_age(now - since)} old"
    return age if image.tags else f"{age}; untagged"
