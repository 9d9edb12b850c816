"""From decisions on versions to actions."""

from collections.abc import Iterator, Sequence

from janitor.cost.packages import estimate_version
from janitor.kinds.owner import owner_of
from janitor.kinds.version import state_of, version_since
from janitor.model.duration import show_age
from janitor.model.kinds import Kind
from janitor.model.resources import Package, Repository, Version
from janitor.plan.build import VERSIONS_RANK, Builder
from janitor.plan.values import Action
from janitor.policy.decision import Decision, Delete


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


def version_name(package: Package, version: Version) -> str:
    """Google's name, exactly as it was listed."""
    return f"{package.name}/versions/{version.id}"


def _detail(repository: Repository, now: float, since: float | None) -> str:
    age = "age unknown" if since is None else f"{show_age(now - since)} old"
    return f"{age}; {repository.format.lower()}"
