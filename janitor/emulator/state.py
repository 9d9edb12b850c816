"""What exists: Google's resources as Google's own messages, by their resource names."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from google.cloud import run_v2

from janitor.emulator.assets import WorldAsset
from janitor.emulator.conditions import retire
from janitor.emulator.errors import denied, not_found
from janitor.emulator.hierarchy import ACTIVE, Hierarchy
from janitor.emulator.naming import etag, part, short
from janitor.emulator.operations import OperationStore
from janitor.emulator.paging import Key
from janitor.emulator.quota import Quotas
from janitor.emulator.repository import WorldImage, WorldRepository, stamp
from janitor.emulator.run_kinds import RUN_KINDS
from janitor.emulator.workloads import WorkloadStore

_TrafficTarget: Any = run_v2.TrafficTarget.pb()


@dataclass
class Project:
    """`locations` are Cloud Run's; Artifact Registry's list differs (`us`, `europe`, `asia`)."""

    locations: list[str] = field(default_factory=list)
    artifact_locations: list[str] = field(default_factory=list)
    number: str = ""
    parent: str = ""
    state: str = ACTIVE
    created: float | None = None
    updated: float | None = None
    # The caller has no resourcemanager.projects.get on it.
    hidden: bool = False
    # Whether the Cloud Asset API is enabled in it.
    cloud_asset: bool = False


@dataclass
class World:
    """The state of the emulated Google. Hold `lock` to read or change it while it is served."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    projects: dict[str, Project] = field(default_factory=dict)
    run: dict[str, WorkloadStore] = field(
        default_factory=lambda: {kind: WorkloadStore() for kind in RUN_KINDS}
    )
    repositories: dict[str, WorldRepository] = field(default_factory=dict)
    operations: OperationStore = field(default_factory=OperationStore)
    quotas: Quotas = field(default_factory=Quotas)
    # Seconds that a call takes, as over a network, by its API (apis.py); "" is the default.
    latency: dict[str, float] = field(default_factory=dict)
    hierarchy: Hierarchy = field(default_factory=Hierarchy)
    # Assets that are written, by full resource name. inventory.py makes those of the other resources.
    assets: dict[str, WorldAsset] = field(default_factory=dict)
    # Seconds after which a resource appears in the inventory.
    asset_delay: float = 0.0
    # The lists of assets that clients page through, by their request.
    asset_lists: dict[str, tuple[list[Key], dict[Any, Callable[[], WorldAsset]]]] = field(
        default_factory=dict
    )
    lock: Any = field(default_factory=threading.RLock)
    # What Google's clock shows, in the Date header of HTTP answers; None: they have no such header.
    clock: Callable[[], datetime | None] = lambda: datetime.now(UTC)

    def names(self, kind: str) -> list[str]:
        """Sorted resource names of a kind: the six of Cloud Run, or repositories, packages, versions, tags."""
        with self.lock:
            self.operations.settle()
            if kind in RUN_KINDS:
                return sorted(self.run[kind])
            return sorted(self._artifact_names(kind))

    def project(self, parent: str) -> Project:
        """The project in `parent`. An unknown one answers as one that the caller may not see."""
        name = part(parent, "project")
        if name not in self.projects:
            raise denied(
                f"Permission denied on resource project {name}.", "CONSUMER_INVALID", "googleapis.com"
            )
        return self.projects[name]

    def workload(self, kind: str, name: str) -> Any:
        self.project(name)
        if name not in self.run[kind]:
            raise not_found(name)
        return self.run[kind][name]

    def repository(self, name: str) -> WorldRepository:
        """The repository that `name` is or lies in; NOT_FOUND where there is none."""
        self.project(name)
        head = "/".join(name.split("/")[:6])
        if head not in self.repositories:
            raise not_found(head)
        return self.repositories[head]

    def children(self, kind: str, parent: str) -> list[Any]:
        """The workloads whose name begins with ``parent/``."""
        return self.run[kind].below(parent)

    def forget_order(self) -> None:
        """Workloads were changed directly: what was sorted may not be so any more."""
        for workloads in self.run.values():
            workloads.forget_order()

    def remove_workload(self, kind: str, name: str) -> None:
        """It and what it holds: "will delete all revisions" (run/v2/service.proto:115-117)."""
        del self.run[kind][name]
        if inner := RUN_KINDS[kind].holds:
            for message in self.children(inner, name):
                del self.run[inner][message.name]

    # What a test or a trouble rule may do to the world between two calls.

    def touch(self, name: str) -> None:
        """Update the workload, as a user would: another etag, another generation, updated now."""
        message = self._any_workload(name)
        message.generation += 1
        message.etag = etag(name, message.generation)
        stamp(message.update_time, time.time())

    def route(self, name: str, traffic: list[Any]) -> None:
        """Send the service's traffic to these entries from now on. A revision that has none of it any more is
        retired, unless it is the latest. How long Google takes to retire it is not documented."""
        service = self.run["services"][name]
        before = {short(each.revision) for each in service.traffic_statuses}
        del service.traffic[:]
        service.traffic.extend(traffic)
        del service.traffic_statuses[:]
        for entry in traffic:
            service.traffic_statuses.add(
                type_=entry.type_, revision=entry.revision, percent=entry.percent, tag=entry.tag
            )
        self.touch(name)
        latest = {short(service.latest_ready_revision), short(service.latest_created_revision)}
        for left in before - {short(each.revision) for each in traffic} - latest - {""}:
            revision = self.run["revisions"].get(f"{name}/revisions/{left}")
            if revision is not None:
                retire(revision, time.time())

    def set_traffic_tag(self, revision: str, tag: str) -> None:
        """Give the revision a traffic tag, or move the tag there, as a user would."""
        name = revision.rpartition("/revisions/")[0]
        entries = [entry for entry in self.run["services"][name].traffic if entry.tag != tag]
        self.route(name, [*entries, _TrafficTarget(type_=2, revision=short(revision), tag=tag)])

    def serve(self, revision: str) -> None:
        """Send all traffic of its service to the revision from now on."""
        name = revision.rpartition("/revisions/")[0]
        service = self.run["services"][name]
        del service.traffic_statuses[:]
        service.traffic_statuses.add(type_=2, revision=short(revision), percent=100)
        service.uri = service.uri or f"https://{short(name)}-emulated.a.run.app"
        self.touch(name)

    def set_tag(self, version: str, tag: str) -> None:
        """Puts a tag on a version (its resource name), or moves it there."""
        repository, (package, found) = self.version(version)
        repository.set_tag(package, tag, found, time.time())

    def push(self, version: str) -> None:
        """Push an untagged image of 1 byte, as a user would: a version (its resource name) of a docker repository."""
        repository = self.repository(version)
        package, _, found = version.removeprefix(f"{repository.name}/packages/").partition("/versions/")
        now = time.time()
        image = WorldImage(unquote(package), repository.version_id(found), size=1, uploaded=now, updated=now)
        if image.key not in repository.images:
            repository.add(image)

    def remove(self, name: str) -> None:
        """Delete a workload, a repository, a version, or a written asset, as a user would."""
        for kind in RUN_KINDS:
            if name in self.run[kind]:
                return self.remove_workload(kind, name)
        if name in self.repositories:
            del self.repositories[name]
            return None
        if name in self.assets:
            del self.assets[name]
            return None
        repository, key = self.version(name)
        return repository.remove(key)

    def version(self, name: str) -> tuple[WorldRepository, tuple[str, str]]:
        """The repository and the key of a version's resource name."""
        repository = self.repository(name)
        package, _, found = name.removeprefix(f"{repository.name}/packages/").partition("/versions/")
        key = unquote(package), repository.version_id(found)
        if key not in repository.images:
            raise not_found(name)
        return repository, key

    def _any_workload(self, name: str) -> Any:
        for kind in RUN_KINDS:
            if name in self.run[kind]:
                return self.run[kind][name]
        raise not_found(name)

    def _artifact_names(self, kind: str) -> list[str]:
        each: dict[str, Callable[[WorldRepository], list[str]]] = {
            "repositories": lambda r: [r.name],
            "packages": lambda r: [r.package_name(p) for p in r.packages],
            "versions": lambda r: [r.version_name(key) for key in r.images],
            "tags": lambda r: [f"{r.package_name(p)}/tags/{tag}" for p, tag in r.tags],
        }
        if kind not in each:
            raise KeyError(kind)
        return [name for repository in self.repositories.values() for name in each[kind](repository)]
