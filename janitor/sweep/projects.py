"""Listing the projects of a sweep: named by a person, the default of the credentials, or found in an organization."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from janitor.errors import ObservationError, UsageError
from janitor.gcp.channels import Clients
from janitor.gcp.credentials import default_project
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.policy.deciding.projects import (
    NotDeletableError,
    SweptProjects,
    found_projects,
    named_projects,
    roots_in_words,
)
from janitor.policy.model import Scope
from janitor.runtime import now
from janitor.settings import Settings, SweepRequest


async def swept_projects(request: SweepRequest, settings: Settings, clients: Clients) -> SweptProjects:
    """The projects that may be deleted from, and those that are read (R1, R52).

    UsageError where none is named anywhere, or none of the organization may be deleted from. ObservationError where the
    projects of the organization cannot be listed.
    """
    scope = request.policies.scope
    if scope.roots:
        return await _in_roots(scope, request.projects, clients)
    if request.projects or scope.projects:
        return named_projects(scope, request.projects)
    return named_projects(scope, (await _default(settings),))


@dataclass(frozen=True, slots=True)
class ProjectsAgain:
    """The projects to read again before deletions: a project that was made meanwhile may use an image too."""

    request: SweepRequest
    settings: Settings
    clients: Clients
    first: SweptProjects

    async def __call__(self) -> SweptProjects:
        """Those of the first time and those that were found since, with what is unknown."""
        roots = self.request.policies.scope.roots
        if not roots:
            return self.first
        try:
            # what may be deleted was settled at the start
            again = await _in_roots(self.request.policies.scope, (), self.clients)
        except (ObservationError, UsageError) as error:
            gaps = (*self.first.gaps, Gap(roots[0], "-", Kind.PROJECT, str(error)))
            # which projects the roots contain is not known now: each is asked
            return replace(self.first, gaps=gaps, inventory=replace(self.first.inventory, roots=()))
        return replace(again, read=tuple(dict.fromkeys((*self.first.read, *again.read))))


async def _in_roots(scope: Scope, asked: Sequence[str], clients: Clients) -> SweptProjects:
    from janitor.gcp.projects import ProjectFinder  # Google's client costs a start a tenth of a second

    found = await ProjectFinder(clients).find(scope.roots, now())
    try:
        projects = found_projects(scope, asked, found)
    except NotDeletableError as error:
        raise UsageError(f"--project {error}") from error
    if not projects.deletable:
        raise UsageError(
            f"no active project of {roots_in_words(scope.roots)} may be deleted from: {len(found.active):,} were found;"
            " check scope.projects, scope.exclude and scope.unread in the policy file"
        )
    return projects


async def _default(settings: Settings) -> str:
    """The project of the default credentials; UsageError where they name none."""
    if settings.emulator_host:
        raise UsageError(
            "no project is set, and an emulator has no default project: use --project P, or scope.projects in"
            " the policy file"
        )
    default = await asyncio.to_thread(default_project)
    if default is None:
        raise UsageError(
            "no project is set: use --project P, or scope.projects in the policy file, or default"
            " credentials with a project (gcloud config set project, or GOOGLE_CLOUD_PROJECT)"
        )
    return default
