"""Repositories, and all that one docker repository holds."""

from collections.abc import Mapping
from dataclasses import dataclass

from google.cloud import artifactregistry_v1 as ar

from janitor.gcp import artifact_decode
from janitor.gcp.artifact_decode import ImageDecoder
from janitor.gcp.channels import Clients
from janitor.gcp.collector import without_collector
from janitor.gcp.failures import ARTIFACT_API, READ_FAILURES, cause, is_unimplemented, nothing_there
from janitor.gcp.limits import Lanes
from janitor.gcp.paging import pages
from janitor.gcp.run_api import OnSkipped
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Contents, Image, Repository

# The greatest that Google gives (repository.proto, artifact.proto).
_PAGE_SIZE = 1000


@dataclass(frozen=True, slots=True)
class Artifacts:
    """Reads Artifact Registry. What could not be read is a gap, never a shorter list."""

    clients: Clients
    lanes: Lanes
    on_skipped: OnSkipped

    async def repositories(self, project: str, location: str) -> tuple[list[Repository], list[Gap]]:
        """The repositories of a location; none, and a gap, where any page failed."""
        try:
            async with self.lanes.turn(ARTIFACT_API, location):
                return await self._repositories(f"projects/{project}/locations/{location}"), []
        except READ_FAILURES as error:
            why = nothing_there(error, ARTIFACT_API, project, self.clients.quota_project)
            if why:
                self.on_skipped(project, location, Kind.REPOSITORY, why)
                return [], []
            return [], [Gap(project, location, Kind.REPOSITORY, cause(error))]

    async def contents(self, repository: Repository) -> Contents | Gap:
        """Every image of a docker repository, with referrers; a Gap where any page failed."""
        name, kind = repository.name, Kind.IMAGE
        try:
            async with self.lanes.turn(ARTIFACT_API, name.location):
                images = await self._images(name)
                kind = Kind.ATTACHMENT
                return Contents(images, await self._subjects(name))
        except READ_FAILURES as error:
            return Gap(name.project, name.location, kind, cause(error), name.repository)

    async def _repositories(self, parent: str) -> list[Repository]:
        request = ar.ListRepositoriesRequest(parent=parent, page_size=_PAGE_SIZE)
        method, response = self.clients.artifacts.list_repositories, ar.ListRepositoriesResponse
        return [
            artifact_decode.repository(message)
            async for page in pages(method, request, response)
            for message in page.repositories
        ]

    async def _images(self, name: RepositoryName) -> list[Image]:
        request = ar.ListDockerImagesRequest(parent=str(name), page_size=_PAGE_SIZE)
        method, response = self.clients.artifacts.list_docker_images, ar.ListDockerImagesResponse
        images: list[Image] = []
        decoder = ImageDecoder(name)
        with without_collector():
            async for page in pages(method, request, response):
                decoder.extend(images, page.docker_images)
        return images

    async def _subjects(self, name: RepositoryName) -> Mapping[tuple[str, str], str]:
        """Package and digest of each attachment's own version -> the digest that it is about (R17).

        Where the method is not implemented there are no attachments; any other failure is raised.
        """
        request = ar.ListAttachmentsRequest(parent=str(name), page_size=_PAGE_SIZE)
        method, response = self.clients.artifacts.list_attachments, ar.ListAttachmentsResponse
        found: dict[tuple[str, str], str] = {}
        try:
            async for page in pages(method, request, response):
                for message in page.attachments:
                    if subject := artifact_decode.subject(message, name):
                        found[subject[0]] = subject[1]
        except READ_FAILURES as error:
            if not is_unimplemented(error):
                raise
            self.on_skipped(name.project, name.location, Kind.ATTACHMENT, "UNIMPLEMENTED")
            return {}
        return found
