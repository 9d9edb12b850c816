"""From decisions to actions: what each deletion carries, contains, costs and waits for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from janitor.cost.book import PriceBook
from janitor.cost.metering import (
    estimate_image,
    estimate_repository,
    estimate_revision,
    estimate_service,
)  # fmt: skip
from janitor.kinds.image import fingerprint, image_since
from janitor.kinds.repository import repository_since
from janitor.kinds.revision import revision_since
from janitor.kinds.service import never_ready, service_since
from janitor.model.duration import show_age
from janitor.model.inventory import Workloads
from janitor.model.kinds import DeleteReason, Kind
from janitor.model.resources import Condition, Image, Repository, Revision, Service, State
from janitor.plan.values import Action
from janitor.policy.decision import Delete
from janitor.policy.images import Goes
from janitor.policy.workloads import WorkloadVerdicts

SERVICE_RANK, REVISION_RANK, IMAGES_RANK, REPOSITORY_RANK = range(4)


@dataclass(frozen=True, slots=True)
class Builder:
    """What every action is made with."""

    book: PriceBook
    now: datetime

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
            _details(self._age(service_since(service)), _cause(service.terminal)), 0,
            estimate_service(service, revisions, never, self.book), (SERVICE_RANK, 0),
            etag=service.etag, uid=service.uid,
            contains=((Kind.REVISION, len(revisions)),) if revisions else (),
        )  # fmt: skip

    def _revision(self, revision: Revision, service: Service | None, decision: Delete) -> Action:
        word = "retired" if decision.reason is DeleteReason.RETIRED else "old"
        cause = _cause(revision.ready) if revision.ready else ""
        return Action(
            Kind.REVISION, str(revision.name), "", decision.policy.name, decision.reason,
            _details(self._age(revision_since(revision), word), cause), 0,
            estimate_revision(revision, service, self.book), (REVISION_RANK, 0),
            etag=revision.etag, uid=revision.uid,
        )  # fmt: skip

    def images(self, repository: Repository, goes: Iterable[Goes]) -> list[Action]:
        """One action an image, in no particular order."""
        goes = list(goes)
        name, now = repository.name, self.now.timestamp()
        group, base, location = str(name), name.uri, name.location
        prefixes: dict[str, str] = {}
        actions = []
        for image, policy, reason, rank, holders, waits in goes:
            package = image.package
            prefix = prefixes.get(package)
            if prefix is None:
                prefix = prefixes[package] = name.version(package, "")
            actions.append(Action(
                Kind.IMAGE, prefix + image.digest, f"{base}/{package}@{image.digest}", policy, reason,
                _image_detail(image, now), image.size_bytes,
                estimate_image(image.size_bytes, location, self.book), (IMAGES_RANK, rank),
                tags=image.tags, after=waits + tuple(prefix + digest for digest in holders), group=group,
            ))  # fmt: skip
        return actions

    def repository(
        self, repository: Repository, images: Sequence[Image], decision: Delete, waits: Iterable[str]
    ) -> Action:
        """The whole repository; its images are contained."""
        return Action(
            Kind.REPOSITORY, str(repository.name), repository.name.uri, decision.policy.name, decision.reason,
            _details(self._age(repository_since(repository, images)), "nothing in it is in use"),
            repository.size_bytes,
            estimate_repository(repository.size_bytes, repository.name.location, self.book),
            (REPOSITORY_RANK, 0), after=tuple(sorted(waits)),
            contains=((Kind.IMAGE, len(images)),) if images else (), content=fingerprint(images),
        )  # fmt: skip

    def _age(self, since: datetime | None, word: str = "old") -> str:
        return "" if since is None else _aged(show_age((self.now - since).total_seconds()), word)


def ordered(actions: Iterable[Action]) -> tuple[Action, ...]:
    """The order of execution: by rank, then by Google's name. Total: no two names are the same."""
    return tuple(sorted(actions, key=lambda action: (action.rank, action.name)))


def _aged(age: str, word: str) -> str:
    return f"{word} for {age}" if word == "retired" else f"{age} {word}"


def _details(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _cause(condition: Condition) -> str:
    """Why a deploy failed, in Google's words (R6: kept for people, never decided on)."""
    if condition.state is not State.FAILED:
        return ""
    return ": ".join(part for part in (condition.reason, condition.message) if part)


def _image_detail(image: Image, now: float) -> str:
    since = image_since(image)
    age = "age unknown" if since is None else f"{show_age(now - since)} old"
    return age if image.tags else f"{age}; untagged"
