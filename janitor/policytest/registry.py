"""Repositories, images and versions of a policy test, as Google would report them."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from janitor.kinds.image import image_since
from janitor.kinds.repository import DOCKER
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Contents, Image, Mode, Package, Repository, Version
from janitor.policy.deciding.use_history import use_of
from janitor.policy.file.source import Position
from janitor.policytest.fields import Fields, Place, digest_of, flag, labels, one_of, size, split_image, text

Repositories = dict[RepositoryName, tuple[Repository, Contents]]
_MODES = {"standard": Mode.STANDARD, "virtual": Mode.VIRTUAL, "remote": Mode.REMOTE}
_FORMATS = ("docker", "apt", "generic", "go", "kfp", "maven", "npm", "python", "ruby", "yum")
_DEFAULT_BYTES = 1_000_000


def name_repositories(case: Fields, place: Place) -> None:
    """Enter the repositories' names first, for what is read before them refers to them."""
    for short, _, fields in case.entries("repositories"):
        place.repositories[short] = RepositoryName(*place.of(fields), short)


def read_repositories(case: Fields, place: Place) -> Repositories:
    """Every repository with what it holds."""
    found: Repositories = {}
    for short, _, fields in case.entries("repositories"):
        repository, contents = _repository(short, fields, place)
        found[repository.name] = repository, contents
    return found


def _repository(short: str, fields: Fields, place: Place) -> tuple[Repository, Contents]:
    name = RepositoryName(*place.of(fields), short)
    place.enter(Kind.REPOSITORY, short, str(name))
    images, subjects = _images(name, fields, place)
    packages = [_package(name, each, below, place) for each, _, below in fields.entries("packages")]
    said = {package.short for package in packages}
    for short_package in dict.fromkeys(image.package for image in images if image.package not in said):
        full = _enter_package(name, short_package, place)
        times = [image_since(image) for image in images if image.package == short_package]
        packages.append(Package(full, short_package, None, _newest(times)))
    weight = sum(i.size_bytes for i in images) or _DEFAULT_BYTES
    updated = place.time(fields, "updated")
    repository = Repository(
        name, format=fields.read("format", one_of(*_FORMATS), DOCKER.lower()).upper(),
        mode=_MODES[fields.read("mode", one_of(*_MODES), "standard")],
        size_bytes=fields.read("size", size, weight),
        create_time=place.time(fields, "created", updated), update_time=updated,
        labels=fields.read("labels", labels, {}), immutable_tags=fields.read("immutable_tags", flag, False),
        upstreams=tuple(place.repositories[each] for each in fields.several("upstreams")
                        if each in place.repositories),
    )  # fmt: skip
    fields.done()
    return repository, Contents(images, subjects, tuple(packages) or None)


def _images(
    repository: RepositoryName, fields: Fields, place: Place
) -> tuple[list[Image], dict[tuple[str, str], tuple[str, ...]]]:
    images: list[Image] = []
    subjects: dict[tuple[str, str], tuple[str, ...]] = {}
    for written, at, below in fields.entries("images"):
        image, about = _image(written, at, below, place)
        place.enter(Kind.IMAGE, written, repository.version(image.package, image.digest), str(repository))
        for tag in image.tags:
            short = f"{repository.repository}/{image.package}:{tag}"
            place.enter(Kind.TAG, short, repository.tag(image.package, tag), str(repository))
        if last_used := place.time(below, "last_used"):
            place.uses.append((use_of(repository, image), last_used))
        below.done()
        images.append(image)
        if about:
            subjects[image.package, image.digest] = tuple(map(digest_of, about))
    return images, subjects


def _image(written: str, at: Position, fields: Fields, place: Place) -> tuple[Image, tuple[str, ...]]:
    try:
        package, label = split_image(written)
    except ValueError as error:
        fields.mistaken(at, str(error))
        package, label = written, written
    uploaded = _epoch(place.time(fields, "uploaded"))
    updated = _epoch(place.time(fields, "updated"))
    children = fields.several("children")
    image = Image(
        package, digest_of(label), fields.several("tags"), fields.read("size", size, _DEFAULT_BYTES),
        uploaded, updated or uploaded, fields.read("artifact_type", text, ""), tuple(map(digest_of, children)),
    )  # fmt: skip
    subject = fields.several("subject")
    return image, subject


def _package(repository: RepositoryName, short: str, fields: Fields, place: Place) -> Package:
    full = repository.package(short)
    _enter_package(repository, short, place)
    versions = []
    for written, _, below in fields.entries("versions"):
        version = _version(written, below, place)
        place.enter(Kind.VERSION, f"{short}@{written}", f"{full}/versions/{version.id}", str(repository))
        for tag in version.tags:
            called = f"{repository.repository}/{short}:{tag}"
            place.enter(Kind.TAG, called, repository.tag(short, tag), str(repository))
        versions.append(version)
    created = _epoch(place.time(fields, "created"))
    updated = _epoch(place.time(fields, "updated")) or created
    updated = updated or _newest([version.create_time for version in versions])
    package = Package(full, short, created, updated, tuple(versions))
    fields.done()
    return package


def _enter_package(repository: RepositoryName, short: str, place: Place) -> str:
    """A package is called after its repository: many a service bears the name of its image."""
    full = repository.package(short)
    place.enter(Kind.PACKAGE, f"{repository.repository}/{short}", full, str(repository))
    return full


def _version(written: str, fields: Fields, place: Place) -> Version:
    created = _epoch(place.time(fields, "created"))
    version = Version(
        quote(written, safe="-._~:@"), fields.several("tags"), created, created,
        fields.read("size", size, _DEFAULT_BYTES),
    )  # fmt: skip
    fields.done()
    return version


def _newest(times: Sequence[float | None]) -> float | None:
    """When a package was last changed of which a test does not say it: with the newest thing in it."""
    return max((time for time in times if time is not None), default=None)


def _epoch(time: datetime | None) -> float | None:
    return time.timestamp() if time else None
