"""Values of what was seen: of each kind of Artifact Registry, and what several kinds of Cloud Run have.

The value of a kind of Cloud Run is in its own file (kinds/). No client, no verdict, no price. Times are aware UTC, or None.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from janitor.model.names import RepositoryName, ResourceName


class State(StrEnum):
    """google.cloud.run.v2.Condition.State; an unknown number reads as UNSPECIFIED."""

    UNSPECIFIED = "STATE_UNSPECIFIED"
    PENDING = "CONDITION_PENDING"
    RECONCILING = "CONDITION_RECONCILING"
    FAILED = "CONDITION_FAILED"
    SUCCEEDED = "CONDITION_SUCCEEDED"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of Cloud Run. `reason` is the enum's name whichever of the three oneofs holds it."""

    type: str
    state: State
    reason: str = ""
    message: str = ""
    last_transition_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Container:
    """What a container bills for. `cpu_idle`: CPU only while it handles requests (request-based)."""

    vcpu: Decimal
    memory_gib: Decimal
    cpu_idle: bool
    gpu: int = 0


@dataclass(frozen=True, slots=True)
class Scaling:
    """Instances asked for. `manual` is the count with manual scaling, else None."""

    minimum: int = 0
    manual: int | None = None


@dataclass(frozen=True, slots=True)
class Traffic:
    """One entry of a service's traffic; `revision` is a short name, empty where only the latest is meant.
    `latest`: it follows the latest ready revision, whether it names one or not."""

    revision: str
    percent: int
    tag: str
    latest: bool = False


READY_UNKNOWN = Condition("Ready", State.UNSPECIFIED)


@dataclass(frozen=True, slots=True)
class Instance:
    """A Cloud Run instance; a user of images."""

    name: ResourceName
    images: tuple[str, ...]


class Mode(StrEnum):
    """Repository.Mode; an unknown number reads as UNSPECIFIED."""

    UNSPECIFIED = "MODE_UNSPECIFIED"
    STANDARD = "STANDARD_REPOSITORY"
    VIRTUAL = "VIRTUAL_REPOSITORY"
    REMOTE = "REMOTE_REPOSITORY"


@dataclass(frozen=True, slots=True)
class Repository:
    """An Artifact Registry repository. `format` is Google's enum name (``DOCKER``, ``NPM``, …).

    `size_bytes` is what Google bills. `upstreams` are a virtual repository's sources, `upstream_uri` is
    where a remote one gets its images from, without a scheme, "" where that is no Artifact Registry.
    `cleanup_policies` are Google's own, by name and what they do; in a dry run they delete nothing.
    """

    name: RepositoryName
    format: str
    mode: Mode
    size_bytes: int
    create_time: datetime | None
    update_time: datetime | None
    labels: Mapping[str, str]
    immutable_tags: bool = False
    upstreams: tuple[RepositoryName, ...] = ()
    upstream_uri: str = ""
    cleanup_policies: tuple[str, ...] = ()
    cleanup_dry_run: bool = False


class Image(NamedTuple):
    """One docker image (a version) of a repository.

    A NamedTuple and not a dataclass: a million are made in a sweep and only candidates outlive
    their repository. Times are epoch seconds, None where Google gave none (or the epoch itself);
    `children` are the digests that an index holds.
    """

    package: str
    digest: str
    tags: tuple[str, ...]
    size_bytes: int
    upload_time: float | None
    update_time: float | None
    artifact_type: str
    children: tuple[str, ...]


class Version(NamedTuple):
    """One version of a package of another format than docker.

    `id` is the last part of Google's name, as it stands there (escaped). Times are epoch seconds, None
    where Google gave none. `size_bytes` are the files that Google says it owns, None where it names none.
    """

    id: str
    tags: tuple[str, ...]
    create_time: float | None
    update_time: float | None
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class Package:
    """A package. `name` is Google's own, whole and escaped; `short` is what people call it.

    Times are epoch seconds, or None. `versions` are those of other formats than docker: of a docker
    package they are the images of its name.
    """

    name: str
    short: str
    create_time: float | None
    update_time: float | None
    versions: tuple[Version, ...] = ()


@dataclass(frozen=True, slots=True)
class Contents:
    """All of one repository, as read. `subjects`: package and digest of a referrer -> digests it is about.

    `packages` is None where nothing asked for them.
    """

    images: list[Image] = field(default_factory=list)
    subjects: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    packages: tuple[Package, ...] | None = None
