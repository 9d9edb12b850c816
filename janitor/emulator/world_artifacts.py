"""Artifact Registry's part of the world file: the repositories of one location."""

from typing import Any

from google.cloud import artifactregistry_v1 as ar

from janitor.emulator.generate import generate
from janitor.emulator.naming import digest
from janitor.emulator.reader import Value
from janitor.emulator.repository import INDEX_TYPES, WorldImage, WorldRepository, stamp
from janitor.emulator.state import World
from janitor.emulator.units import epoch, moment, size
from janitor.emulator.world_packages import read_packages

RepositoryMessage: Any = ar.Repository.pb()
Attachment: Any = ar.Attachment.pb()
_Format: Any = ar.Repository.Format
_KEYS = (
    "created",
    "updated",
    "labels",
    "description",
    "mode",
    "format",
    "immutable_tags",
    "upstreams",
    "upstream",
)
_CONTENT = ("size", "images", "packages", "attachments", "generate", "cleanup_policies")
_IMAGE = ("package", "digest", "tags", "size", "uploaded", "updated", "built", "children")
_IMAGE_MORE = ("artifact_type", "media_type", "subject")
_MODES = {"standard": 1, "virtual": 2, "remote": 3}  # repository.proto:558-570


def read_repositories(world: World, parent: str, value: Value) -> None:
    for name, inner in value.entries():
        _repository(world, parent, name, inner)


def _repository(world: World, parent: str, name: str, value: Value) -> None:
    fields = value.fields(*_KEYS, *_CONTENT)
    _, project, _, location = parent.split("/")
    host = f"{location}-docker.pkg.dev/{project}/{name}"
    message = RepositoryMessage(name=f"{parent}/repositories/{name}", registry_uri=host)
    repository = WorldRepository(message, host)
    _describe(world, message, fields)
    for key in ("images", "attachments", "generate"):
        if key in fields and message.format_ != _Format.DOCKER:
            fields[key].fail("only a DOCKER repository has it here")
    if "packages" in fields:
        read_packages(world, repository, fields["packages"])
    for number, item in enumerate(fields["images"].items() if "images" in fields else ()):
        _image(world, repository, item, number)
    for item in fields["generate"].items() if "generate" in fields else ():
        for image in generate(item, world.now):
            repository.add(image)
    for item in fields["attachments"].items() if "attachments" in fields else ():
        _attachment(world, repository, item)
    stored = sum(image.size for image in repository.images.values())
    message.size_bytes = size(fields["size"]) if "size" in fields else stored
    world.repositories[message.name] = repository


def _describe(world: World, message: Any, fields: dict[str, Value]) -> None:
    message.mode = _MODES[fields["mode"].choice(tuple(_MODES)) if "mode" in fields else "standard"]
    formats = tuple(name for name in _Format.__members__ if not name.endswith("UNSPECIFIED"))
    message.format_ = _Format[fields["format"].choice(formats) if "format" in fields else "DOCKER"]
    for key, field in (("created", message.create_time), ("updated", message.update_time)):
        written = fields.get(key) or fields.get("created")
        when = moment(written, world.now) if written else world.now
        stamp(field, when.timestamp() if when else None)
    if "labels" in fields:
        message.labels.update(fields["labels"].text_map())
    if "description" in fields:
        message.description = fields["description"].text()
    if "immutable_tags" in fields:
        message.docker_config.immutable_tags = fields["immutable_tags"].flag()
    for number, item in enumerate(fields["upstreams"].items() if "upstreams" in fields else ()):
        policies = message.virtual_repository_config.upstream_policies
        policies.add(id=f"upstream-{number}", repository=item.text(), priority=100 - number)
    if "upstream" in fields:
        _remote(message, fields["upstream"])
    for name in fields["cleanup_policies"].texts() if "cleanup_policies" in fields else ():
        message.cleanup_policies[name].id = name


def _remote(message: Any, value: Value) -> None:
    """Where a remote repository gets from what it does not hold yet.

    `common`: a repository of Artifact Registry by its resource name, or the address of any registry
    (repository.proto, CommonRemoteRepository.uri); `custom`: an address, in the message of its format.
    """
    if message.mode != _MODES["remote"]:
        value.fail("only a repository of mode `remote` has it")
    fields = value.fields("common", "custom")
    if len(fields) != 1:
        value.fail("needs exactly one of common, custom")
    config = message.remote_repository_config
    if "common" in fields:
        config.common_repository.uri = fields["common"].text()
        return
    kind = getattr(config, f"{_Format(message.format_).name.lower()}_repository", None)
    if kind is None or "custom_repository" not in kind.DESCRIPTOR.fields_by_name:
        fields["custom"].fail(
            f"a repository of format {_Format(message.format_).name} has no `custom` upstream"
        )
    kind.custom_repository.uri = fields["custom"].text()


def _image(world: World, repository: WorldRepository, value: Value, number: int) -> None:
    """`uploaded` defaults to now, `updated` to `uploaded`; an image with children is an index."""
    fields = value.fields(*_IMAGE, *_IMAGE_MORE)
    if "package" not in fields:
        value.fail("`package` is missing")
    package = fields["package"].text()
    label = fields["digest"].text() if "digest" in fields else f"{repository.name}/{package}#{number}"
    image = WorldImage(package, digest(label))
    if image.key in repository.images:
        value.fail(f"{package}@{label} stands here twice")
    image.children = (
        tuple(digest(child) for child in fields["children"].texts()) if "children" in fields else ()
    )
    image.media_type = INDEX_TYPES[0] if image.children else image.media_type
    if "media_type" in fields:
        image.media_type = fields["media_type"].text()
    if "artifact_type" in fields:
        image.artifact_type = fields["artifact_type"].text()
    image.tags = tuple(fields["tags"].texts()) if "tags" in fields else ()
    for tag in image.tags:
        if (package, tag) in repository.tags:
            fields["tags"].fail(f"the tag {package}:{tag} stands on another image already")
    image.size = size(fields["size"]) if "size" in fields else 0
    image.uploaded = epoch(world.now, fields.get("uploaded"), world.now.timestamp())
    image.updated = epoch(world.now, fields.get("updated"), image.uploaded)
    image.built = epoch(world.now, fields.get("built"), image.uploaded)
    repository.add(image)
    for place, subject in enumerate(fields["subject"].one_or_more() if "subject" in fields else ()):
        _refer(repository, f"{package}-{number}" + (f"-{place}" if place else ""), image, subject)


def _refer(repository: WorldRepository, name: str, image: WorldImage, subject: Value) -> None:
    """An OCI referrer: a version whose attachment names the subject (attachment.proto), which may lie in
    another package (`package@label`). Of several subjects each has an attachment."""
    message = Attachment(name=f"{repository.name}/attachments/{name.replace('/', '-')}")
    label = subject.text()
    here = (image.package, digest(label))
    message.target = _version(repository, subject) if "@" in label else repository.version_name(here)
    message.oci_version_name = repository.version_name(image.key)
    message.type_ = image.artifact_type or "application/vnd.oci.empty.v1+json"
    stamp(message.create_time, image.uploaded)
    repository.attachments[message.name] = message


def _attachment(world: World, repository: WorldRepository, value: Value) -> None:
    """`target` and `version` are written ``package@label``."""
    fields = value.fields("name", "target", "version", "type", "created")
    for key in ("name", "target"):
        if key not in fields:
            value.fail(f"`{key}` is missing")
    message = Attachment(name=f"{repository.name}/attachments/{fields['name'].text()}")
    message.target = _version(repository, fields["target"])
    if "version" in fields:
        message.oci_version_name = _version(repository, fields["version"])
    message.type_ = fields["type"].text() if "type" in fields else "application/vnd.in-toto+json"
    stamp(message.create_time, epoch(world.now, fields.get("created"), world.now.timestamp()))
    repository.attachments[message.name] = message


def _version(repository: WorldRepository, value: Value) -> str:
    package, at, label = value.text().partition("@")
    if not at:
        value.fail("must be written package@digest-label")
    return repository.version_name((package, digest(label)))
