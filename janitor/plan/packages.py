"""From decisions on packages and versions to actions."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from janitor.cost.packages import estimate_package, estimate_version
from janitor.kinds.owner import owner_of
from janitor.kinds.package import held_in, package_fingerprint
from janitor.kinds.repository import DOCKER
from janitor.kinds.version import state_of, version_since
from janitor.model.duration import show_age
from janitor.model.kinds import Kind
from janitor.model.money import Priced
from janitor.model.resources import Image, Package, Repository, Version
from janitor.plan.build import PACKAGES_RANK, TAGS_RANK, VERSIONS_RANK, Builder
from janitor.plan.values import Action
from janitor.policy.deciding.packages import package_facts
from janitor.policy.deciding.tags import Tagged
from janitor.policy.deciding.verdict import Decision, Delete


def version_actions(
    builder: Builder, repository: Repository, package: Package, decided: Sequence[tuple[Version, Decision]]
) -> Iterator[Action]:
    """One action a version that goes. Its repository's billed size caps what they save together (R25)."""
    name = repository.name
    for version, decision in decided:
        if isinstance(decision, Delete):
            yield Action(
                Kind.VERSION, version_name(package, version), "", decision.policy.name, decision.reason,
                _detail(repository, builder.now.timestamp(), version_since(version)), version.size_bytes or 0,
                estimate_version(version.size_bytes, name.location, builder.book), (VERSIONS_RANK, 0),
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
        (PACKAGES_RANK, 0), after=tuple(sorted(waits)),
        contains=tuple((of, n) for of, n in ((kind, len(held)), (Kind.TAG, tags)) if n),
        group=str(name), content=package_fingerprint(held), owner=owner_of(repository.labels),
        subjects=about,
    )  # fmt: skip


def tag_action(repository: Repository, tagged: Tagged, decision: Delete, waits: Iterable[str]) -> Action:
    """Taking one tag off. `content` is the version that it must still point at."""
    name = repository.name
    uri = f"{name.uri}/{tagged.package}:{tagged.tag}" if repository.format == DOCKER else ""
    return Action(
        Kind.TAG, tagged.name, uri, decision.policy.name, decision.reason, "only the tag goes; its version stays",
        0, Priced(Decimal(0), "its version stays, so nothing is saved"), (TAGS_RANK, 0),
        after=tuple(sorted(waits)), group=str(name), content=tagged.version, owner=owner_of(repository.labels),
    )  # fmt: skip


def version_name(package: Package, version: Version) -> str:
    """Google's name, exactly as it was listed."""
    return f"{package.name}/versions/{version.id}"


def _detail(repository: Repository, now: float, since: float | None) -> str:
    age = "age unknown" if since is None else f"{show_age(now - since)} old"
    return f"{age}; {repository.format.lower()}"
