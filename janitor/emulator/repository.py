"""A repository and what lies in it, with the indexes that make refusals and big listings cheap."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from google.cloud import artifactregistry_v1 as ar

from janitor.emulator.naming import digest, escaped
from janitor.emulator.paging import Key, Slice, cut_at

DockerImage: Any = ar.DockerImage.pb()
ListDockerImagesResponse: Any = ar.ListDockerImagesResponse.pb()
Version = tuple[str, str]  # package, digest
INDEX_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
_PLATFORMS = (("amd64", "linux"), ("arm64", "linux"), ("unknown", "unknown"))
_ITEM = b"\x0a"  # field 1, length-delimited: docker_images of ListDockerImagesResponse


@dataclass(slots=True)
class WorldImage:
    """A docker version. Times are epoch seconds, None where Google would leave the field unset."""

    package: str
    digest: str
    tags: tuple[str, ...] = ()
    size: int = 0
    uploaded: float | None = None
    updated: float | None = None
    built: float | None = None
    media_type: str = MANIFEST_TYPE
    artifact_type: str = ""
    children: tuple[str, ...] = ()

    @property
    def key(self) -> Version:
        return self.package, self.digest


@dataclass
class WorldRepository:
    """`message` is the google.devtools.artifactregistry.v1.Repository itself."""

    message: Any
    uri_prefix: str
    images: dict[Version, WorldImage] = field(default_factory=dict)
    tags: dict[tuple[str, str], str] = field(default_factory=dict)
    holders: dict[Version, set[str]] = field(default_factory=dict)
    attachments: dict[str, Any] = field(default_factory=dict)
    packages: dict[str, int] = field(default_factory=dict)
    declared: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)
    _keys: list[Key] | None = None
    _items: dict[Version, bytes] = field(default_factory=dict)
    _pages: dict[tuple[str, Slice], bytes] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.message.name)

    def package_name(self, package: str) -> str:
        """Of other formats only slashes are escaped here: how Google escapes the rest is not stated."""
        return f"{self.name}/packages/{escaped(package) if self.is_docker else package.replace('/', '%2F')}"

    def version_name(self, key: Version) -> str:
        return f"{self.package_name(key[0])}/versions/{key[1]}"

    @property
    def is_docker(self) -> bool:
        return bool(self.message.format_ == ar.Repository.Format.DOCKER)

    def version_id(self, text: str) -> str:
        """The last part of a version's name: of docker a digest, or the label of one."""
        return digest(text) if self.is_docker else text

    def declare(self, package: str, created: float | None, updated: float | None) -> None:
        """A package by itself: it may be empty."""
        self.declared[package] = created, updated
        self.packages.setdefault(package, 0)

    def package_times(self) -> dict[str, tuple[float | None, float | None]]:
        """Of every package, created and updated: as declared, else with its first and its last version."""
        times: dict[str, list[float]] = {}
        for image in self.images.values():
            if image.uploaded is not None:
                times.setdefault(image.package, []).append(image.uploaded)
        return {package: (min(each), max(each)) for package, each in times.items()} | self.declared

    def add(self, image: WorldImage) -> None:
        self.images[image.key] = image
        self.packages[image.package] = self.packages.get(image.package, 0) + 1
        for tag in image.tags:
            self.tags[image.package, tag] = image.digest
        for child in image.children:
            self.holders.setdefault((image.package, child), set()).add(image.digest)
        self._changed(image.key)

    def remove(self, key: Version) -> None:
        """The version, its tags and the attachments about it or stored as it."""
        image = self.images.pop(key)
        self.packages[image.package] -= 1
        if not self.packages[image.package] and image.package not in self.declared:
            del self.packages[image.package]
        for tag in image.tags:
            del self.tags[image.package, tag]
        for child in image.children:
            self.holders[image.package, child].discard(image.digest)
        name = self.version_name(key)
        for attached in [a for a in self.attachments.values() if name in (a.oci_version_name, a.target)]:
            del self.attachments[attached.name]
        self.message.size_bytes = max(0, self.message.size_bytes - image.size)
        self._changed(key)

    def remove_package(self, package: str) -> None:
        """With every version in it."""
        for key in [key for key in self.images if key[0] == package]:
            self.remove(key)
        self.packages.pop(package, None)
        self.declared.pop(package, None)

    def set_tag(self, package: str, tag: str, digest: str, now: float) -> None:
        """Puts or moves a tag; "update_time is changed by tag moves, not pulls" (facts, section 7)."""
        self.remove_tag(package, tag)
        image = self.images[package, digest]
        image.tags = (*image.tags, tag)
        image.updated = now
        self.tags[package, tag] = digest
        self._changed(image.key)

    def remove_tag(self, package: str, tag: str) -> None:
        held = self.tags.pop((package, tag), None)
        if held is not None:
            image = self.images[package, held]
            image.tags = tuple(other for other in image.tags if other != tag)
            self._changed(image.key)

    def referrers(self, key: Version) -> list[str]:
        """Names of the versions whose subject this one is, attachments without a version included."""
        name = self.version_name(key)
        found = (a.oci_version_name or a.name for a in self.attachments.values() if a.target == name)
        return [referrer for referrer in found if referrer != name]

    def page(self, size: int, token: str, bound_to: str, maximum: int) -> bytes:
        """A serialised ListDockerImagesResponse, sorted by name; kept until the repository changes."""
        if self._keys is None:
            self._keys = sorted(self.images)
        cut = cut_at(self._keys, size, token, bound_to, maximum)
        page = self._pages.get((bound_to, cut))
        if page is None:
            keys: list[Any] = self._keys[cut.start : cut.end]
            parts = [self._serialised(key) for key in keys]
            parts.append(ListDockerImagesResponse(next_page_token=cut.next_token).SerializeToString())
            page = self._pages[bound_to, cut] = b"".join(parts)
        return page

    def docker_image(self, image: WorldImage) -> Any:
        """The image as google.devtools.artifactregistry.v1.DockerImage."""
        message = DockerImage(
            name=f"{self.name}/dockerImages/{escaped(image.package)}@{image.digest}",
            uri=f"{self.uri_prefix}/{image.package}@{image.digest}",
            tags=image.tags,
            image_size_bytes=image.size,
            media_type=image.media_type,
            artifact_type=image.artifact_type,
        )
        stamp(message.upload_time, image.uploaded)
        stamp(message.update_time, image.updated)
        stamp(message.build_time, image.built)
        for n, child in enumerate(image.children):
            architecture, system = _PLATFORMS[n % len(_PLATFORMS)]
            message.image_manifests.add(
                digest=child, media_type=MANIFEST_TYPE, architecture=architecture, os=system
            )
        return message

    def warm(self, bound_to: str, maximum: int) -> None:
        """Serialises every page of a large repository, so that the first listing is not the slow one."""
        token = ""
        while len(self.images) > maximum:
            page = ListDockerImagesResponse.FromString(self.page(maximum, token, bound_to, maximum))
            token = page.next_page_token
            if not token:
                return

    def _serialised(self, key: Version) -> bytes:
        item = self._items.get(key)
        if item is None:
            item = self._items[key] = _item(self.docker_image(self.images[key]))
        return item

    def _changed(self, key: Version) -> None:
        """Only `key` is serialised again; a listing's order is made anew."""
        self._keys = None
        self._items.pop(key, None)
        self._pages.clear()


def stamp(field_: Any, epoch: float | None) -> None:
    """Sets a Timestamp field, microseconds kept; None leaves it unset."""
    if epoch is not None:
        seconds, micros = divmod(round(epoch * 1_000_000), 1_000_000)
        field_.seconds, field_.nanos = seconds, micros * 1000


def rfc3339(epoch: float) -> str:
    """A time as Google's JSON has it."""
    return datetime.fromtimestamp(int(epoch), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _item(message: Any) -> bytes:
    content: bytes = message.SerializeToString()
    length, prefix = len(content), bytearray(_ITEM)
    while length > 127:
        prefix.append(length & 127 | 128)
        length >>= 7
    prefix.append(length)
    return bytes(prefix) + content
