"""Gaps: which kinds of resources are kept because a read failed, or because no workload was seen (R4, R42). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from janitor.kinds.repository import DOCKER
from janitor.kinds.table import RUN_KINDS
from janitor.kinds.version import FORMATS
from janitor.model.holders import Holder
from janitor.model.inventory import Gap, Workloads
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.reasons import KeepReason
from janitor.model.resources import Mode, Repository
from janitor.policy.deciding.context import Context
from janitor.policy.deciding.holders import uses_images_of
from janitor.policy.deciding.packages import kinds_asked
from janitor.policy.deciding.repositories import may_match

LINE_TO_ADD = "scope: {workloads: none}"
_OTHER_FORMATS = frozenset(each.upper() for each in FORMATS)
_NAMED = 5
_DOCKER = (Kind.IMAGE, Kind.PACKAGE, Kind.TAG, Kind.REPOSITORY)
_STORED = (Kind.IMAGE, Kind.PACKAGE, Kind.VERSION, Kind.TAG, Kind.REPOSITORY)


def blocked_kinds(gap: Gap) -> tuple[Kind, ...]:
    """The kinds of which a gap blocks deletions: in its repository where it lies inside one. Else docker
    ones everywhere, and workloads in its own project and location where it is one of Cloud Run."""
    if gap.repository is not None:
        return _STORED
    return (*RUN_KINDS, *_DOCKER) if gap.kind.is_run else _DOCKER


def unseen_gap(projects: Sequence[str]) -> Gap:
    """What every output says of it, with the line to add. It names the first project; the cause names all."""
    return Gap(
        projects[0],
        "-",
        Kind.SERVICE,
        f"no workload was found in {_few(projects)}: docker images, packages, tags and repositories are kept. If"
        f" nothing runs these images, add to the policy file: {LINE_TO_ADD}. Else add the projects that run them to"
        " scope.also_read, or list the images under protect.references.",
    )


def is_unseen_gap(gap: Gap) -> bool:
    """Whether this is the gap of `unseen_gap`."""
    return gap.kind is Kind.SERVICE and gap.location == "-" and LINE_TO_ADD in gap.cause


def blocks_in_words(gaps: Iterable[Gap]) -> str:
    """What these gaps block, for people: each kind once, with where it holds."""
    gaps, parts = tuple(gaps), []
    if any(gap.repository is None for gap in gaps):
        parts.append("docker images, packages, tags and repositories in every project")
    if places := _places(g for g in gaps if g.repository is None and g.kind.is_run and not is_unseen_gap(g)):
        parts.append(f"services, revisions, jobs and worker pools in {places}")
    if inside := sorted({gap.repository for gap in gaps if gap.repository}):
        parts.append(f"everything in repository {_few(inside)}")
    return "; ".join(parts)


def _places(gaps: Iterable[Gap]) -> str:
    return _few(
        sorted({gap.project if gap.location == "-" else f"{gap.project} {gap.location}" for gap in gaps})
    )


def _few(texts: Sequence[str]) -> str:
    more = len(texts) - _NAMED
    return ", ".join(texts[:_NAMED]) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True, slots=True)
class Blocked:
    """Repositories of which nothing may be deleted. `docker`: all docker ones, for a workload that could
    name any image of them was not seen; `inside`: those of which something could not be read; `unseen`: there
    is no workload at all (R42)."""

    docker: bool = False
    inside: frozenset[RepositoryName] = frozenset()
    unseen: bool = False

    def reason(self, repository: Repository) -> KeepReason:
        """Why what it `blocks` is kept."""
        only_unseen = self.unseen and not self.docker and repository.name not in self.inside
        return KeepReason.NO_WORKLOADS_SEEN if only_unseen else KeepReason.GAP

    def blocks(self, repository: Repository) -> bool:
        """Whether a gap keeps what a repository holds, and the repository. Cloud Run cannot use other formats."""
        if repository.name in self.inside:
            return True
        return (self.docker or self.unseen) and repository.format not in _OTHER_FORMATS

    def may_hide(self, name: RepositoryName, repositories: Mapping[RepositoryName, Repository]) -> bool:
        """The same by name; of one that is not among those listed the format is not known."""
        repository = repositories.get(name)
        return (
            self.docker or self.unseen or name in self.inside
            if repository is None
            else self.blocks(repository)
        )


def blocked_by(gaps: Iterable[Gap]) -> Blocked:
    """What these gaps block of all that lies in repositories."""
    gaps = tuple(gaps)
    return Blocked(
        any(gap.repository is None and not is_unseen_gap(gap) for gap in gaps),
        frozenset(
            RepositoryName(gap.project, gap.location, gap.repository) for gap in gaps if gap.repository
        ),
        any(map(is_unseen_gap, gaps)),
    )


def no_workloads_seen(
    context: Context, workloads: Workloads, repositories: Iterable[Repository], holders: Sequence[Holder] = ()
) -> bool:
    """Whether images would be judged without any workload, holder or reference file; False where no policy asks
    for what docker repositories hold, and where the policy file says that there are none."""
    policies = context.policies
    if any(workloads.all()) or policies.protect.references or policies.scope.no_workloads:
        return False
    if uses_images_of(holders, context.asked.read):
        return False
    return any(_asks(context, each) for each in repositories)


def _asks(context: Context, repository: Repository) -> bool:
    if repository.format != DOCKER or repository.mode is not Mode.STANDARD:
        return False
    if not context.in_scope(repository.name):
        return False
    asked = kinds_asked(context, repository)
    images = context.asked.detail.kind is Kind.IMAGE or bool(context.policies.of(Kind.IMAGE))
    return images or bool(asked) or may_match(context, repository)
