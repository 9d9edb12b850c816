"""Repositories, and all that one docker repository holds."""

from collections.abc import Mapping
from dataclasses import dataclass

from google.cloud import artifactregistry_v1 as ar

from janitor.gcp import artifact_decode
from janitor.gcp.artifact_decode import ImageDecoder
from janitor.gcp.channels import Clients
from janitor.gcp.collector import without_collector
from janitor.gcp.failures import ARTIFACT_API, READ_FAILURES, cause, is_unimplemented, nothing_there
from janitor.gcp.limits import PAGE, Held, Lanes, ReadTurn, RowLimit, beside, held
from janitor.gcp.paging import OnRepeated, pages, rows, same, unheard, unreadable
from janitor.gcp.run_api import OnSkipped
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.repeated import each_once
from janitor.model.resources import Contents, Image, Repository


@dataclass(frozen=True, slots=True)
class Artifacts:
    """Reads Artifact Registry. What could not be read is a gap, never a shorter list."""

    clients: Clients
    lanes: Lanes
    on_skipped: OnSkipped
    on_repeated: OnRepeated = unheard

    async def repositories(self, project: str, location: str) -> tuple[list[Repository], list[Gap]]:
        """The repositories of a location; none, and a gap, where any page failed. A row that cannot be read
        is a gap."""
        request = ar.ListRepositoriesRequest(
            parent=f"projects/{project}/locations/{location}", page_size=PAGE
        )
        method, response = self.clients.artifacts.list_repositories, ar.ListRepositoriesResponse
        try:
            async with self.lanes.turn(ARTIFACT_API, project, location):
                found = await rows(method, request, response, artifact_decode.repository)
        except READ_FAILURES as error:
            why = nothing_there(error, ARTIFACT_API, project, self.clients.quota_project)
            if why:
                self.on_skipped(project, location, Kind.REPOSITORY, why)
                return [], []
            return [], [Gap(project, location, Kind.REPOSITORY, cause(error))]
        if found.repeated:
            self.on_repeated(project, location, Kind.REPOSITORY, found.repeated)
        bad = [Gap(project, location, Kind.REPOSITORY, cause(unreadable([row]))) for row in found.unreadable]
        return found.values, bad

    async def contents(self, repository: Repository, allowance: RowLimit | None = None) -> Contents | Gap:
        """Every image of a docker repository, with referrers; a Gap where any page failed.

        Both are listed side by side in one turn. Where both fail, the images say so, whichever failed first.
        """
        name, kind = repository.name, Kind.IMAGE
        turn = self.lanes.turn(ARTIFACT_API, name.project, name.location)
        pages = held(turn, allowance)
        try:
            async with beside(self._subjects(name, turn, pages)) as subjects:
                images = await self._images(name, turn, pages)
                kind = Kind.ATTACHMENT
                return Contents(images, await subjects)
        except READ_FAILURES as error:
            return Gap(name.project, name.location, kind, cause(error), name.repository)

    async def _images(self, name: RepositoryName, turn: ReadTurn, held: Held | None) -> list[Image]:
        request = ar.ListDockerImagesRequest(parent=str(name), page_size=PAGE)
        method, response = self.clients.artifacts.list_docker_images, ar.ListDockerImagesResponse
        images: list[Image] = []
        decoder = ImageDecoder(name)
        with without_collector():
            async with turn:
                async for page in pages(method, request, response, held):
                    decoder.extend(images, page.docker_images)
            if decoder.unreadable:
                raise unreadable(decoder.unreadable)
            if len({image.digest for image in images}) == len(images):  # the common case, at next to no cost
                return images
            images, repeated = each_once(images, lambda image: (image.package, image.digest))
        if repeated:
            names = [name.version(package, digest) for package, digest in repeated]
            self.on_repeated(name.project, name.location, Kind.IMAGE, names)
        return images

    async def _subjects(
        self, name: RepositoryName, turn: ReadTurn, held: Held | None
    ) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """Package and digest of each attachment's own version -> the digests that it is about (R17, R40).

        Where the method is not implemented there are no attachments; any other failure is raised.
        """
        request = ar.ListAttachmentsRequest(parent=str(name), page_size=PAGE)
        method, response = self.clients.artifacts.list_attachments, ar.ListAttachmentsResponse
        try:
            async with turn:
                found = await rows(
                    method,
                    request,
                    response,
                    lambda each: (each.name, artifact_decode.subject(each, name)),
                    same,
                    held=held,
                )
        except READ_FAILURES as error:
            if not is_unimplemented(error):
                raise
            self.on_skipped(name.project, name.location, Kind.ATTACHMENT, "UNIMPLEMENTED")
            return {}
        if found.repeated:
            self.on_repeated(
                name.project, name.location, Kind.ATTACHMENT, [each for each, _ in found.repeated]
            )
        subjects: dict[tuple[str, str], tuple[str, ...]] = {}
        for _, each in found.complete():
            if each:
                held_by, about = each
                subjects[held_by] = (*subjects.get(held_by, ()), about)
        return subjects
