"""Cloud Asset Inventory: what else than Cloud Run names images, in an organization or project by project (R51)."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from google.cloud.asset_v1 import (
    AssetServiceAsyncClient,
    SearchAllResourcesRequest,
    SearchAllResourcesResponse,
)
from google.protobuf.field_mask_pb2 import FieldMask  # type: ignore[attr-defined]

from janitor.gcp.channels import Clients
from janitor.gcp.failures import ASSET_API, READ_FAILURES, cause, inventory_refusal, is_no_method
from janitor.gcp.limits import Lanes
from janitor.gcp.paging import OnRepeated, pages, unheard
from janitor.gcp.run_values import readable_time
from janitor.model.holders import (
    ASSET_TYPES,
    CLUSTER,
    POD,
    ClusterName,
    Holder,
    Holders,
    InventoryRefusal,
    InventoryScope,
    UnreadInventory,
    asset_types,
    cluster_of,
)
from janitor.model.kinds import Kind
from janitor.model.named_images import NamedImages

ALL_LOCATIONS = "-"
# Larger values are cut to this (asset_service.proto, page_size).
_PAGE_SIZE = 500
_MASK = FieldMask(
    paths=["name", "asset_type", "project", "state", "create_time", "update_time", "versioned_resources"]
)
_OWN_NAMESPACE = "/k8s/namespaces/kube-system/"
_READ_DIRECTLY = asset_types(read_directly=True)
# The id in a full resource name, which may also have the number.
_PROJECT = re.compile(r"/projects/([a-z][a-z0-9-]+)/")
# Of Kubernetes, of Batch and Vertex AI, and of Dataflow.
_IMAGE_FIELDS = frozenset(
    {"image", "imageUri", "workerHarnessContainerImage", "sdkHarnessContainerImage", "containerImage"}
)
# What hides most comes last.
_WORST = (InventoryRefusal.API_DISABLED, InventoryRefusal.NO_PERMISSION, InventoryRefusal.FAILED)
# The quota is seven searches a second: more at a time only wait. The turns are its own, so that they hold up nobody else.
_AT_ONCE = 8
# The pages of one listing come one after another, so the types of which there are most are listed beside the others.
_MANY = (POD, "apps.k8s.io/ReplicaSet")
_PARTS = (*((each,) for each in _MANY), tuple(each for each in _READ_DIRECTLY if each not in _MANY))


@dataclass(slots=True)
class _Listed:
    """What one search lists, page by page: of one project, or of those of a root, whose ids are known by number."""

    project: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    refused: UnreadInventory | None = None
    pages: int = 0
    names: set[str] = field(default_factory=set)
    repeated: list[str] = field(default_factory=list)
    found: dict[str, Holder] = field(default_factory=dict)
    clusters: dict[ClusterName, str] = field(default_factory=dict)
    observed: set[ClusterName] = field(default_factory=set)
    empty: set[tuple[str, str]] = field(default_factory=set)

    def add(self, asset: Any) -> None:
        """One ResourceSearchResult. One that comes twice is united: what either names is in use (R28)."""
        name, project = asset.name, self._project_of(asset)
        if name in self.names:
            self.repeated.append(name)
        self.names.add(name)
        cluster = cluster_of(name)
        if cluster is not None and project:  # some names have the number of the project
            cluster = replace(cluster, project=project)
        if asset.asset_type == CLUSTER:
            if cluster is not None:
                self.clusters[cluster] = asset.state
            else:
                self.empty.add((project, name))
            return
        if asset.asset_type not in ASSET_TYPES:
            return
        if asset.asset_type == POD and cluster is not None and _OWN_NAMESPACE in name:
            self.observed.add(cluster)
        structs = [each.resource for each in asset.versioned_resources if each.resource.fields]
        if not structs:
            self.empty.add((project, name))
            return
        images = NamedImages()
        for struct in structs:
            for text, is_image in _texts(struct):
                images.note(text, is_image)
        if asset.asset_type == POD:
            images.note_pulled(pair for struct in structs for pair in _container_statuses(struct))
        if images.references or images.digests or images.beginnings:
            times = readable_time(asset.create_time), readable_time(asset.update_time)
            self._note(Holder(name, asset.asset_type, project, images, *times))

    def unite(self, other: "_Listed") -> None:
        """Take over what another search listed."""
        self.names |= other.names
        for holder in other.found.values():
            self._note(holder)
        self.clusters |= other.clusters
        self.observed |= other.observed
        self.empty |= other.empty

    def _note(self, holder: Holder) -> None:
        before = self.found.get(holder.name)
        self.found[holder.name] = holder if before is None else _united(before, holder)

    def _project_of(self, asset: Any) -> str:
        """Its id, or its number where the id is not known (assets.proto: ``projects/{PROJECT_NUMBER}``)."""
        number = asset.project.rpartition("/")[2]
        named = _PROJECT.search(asset.name)
        return self.project or self.ids.get(number) or (named[1] if named else number)


@dataclass(frozen=True, slots=True)
class AssetInventory:
    """Reads what Cloud Asset Inventory lists of projects that are read directly, too: what Cloud Run uses there is for
    its API to say. `on_repeated` hears what a listing returned more than once."""

    clients: Clients
    scope: InventoryScope = field(default_factory=InventoryScope)
    lanes: Lanes = field(default_factory=lambda: Lanes(in_all=_AT_ONCE))
    on_repeated: OnRepeated = unheard

    async def holders(self, projects: Sequence[str], now: datetime) -> Holders:
        """Everything of these projects; one of which any page failed is refused, and what was read of it still counts.

        A root is searched as a whole, as the quota is 400 calls a minute for all projects together. Where one cannot be
        searched, each project is asked, and one that does not answer is at least as refused as the root.
        """
        wholes = await asyncio.gather(
            *(
                self._search(_Listed(ids=self.scope.ids), root, types)
                for root in self.scope.roots
                for types in _PARTS
            )
        )
        searched = bool(wholes) and not any(each.refused for each in wholes)
        below = self.scope.below if searched else frozenset()
        apart, unread = await asyncio.gather(
            self._projects([each for each in projects if each not in below], _READ_DIRECTLY),
            self._projects(self.scope.unread, asset_types(read_directly=False)),
        )
        listed = _Listed()
        for each in (*wholes, *apart, *unread):
            listed.unite(each)
        roots = [each.refused.refusal for each in wholes if each.refused]
        refused = sorted(
            self._in_root(each.refused, roots)
            for each in apart
            if each.refused and not (searched and self._is_told_by_root(each.refused))
        )
        without = {each.project for each in refused}
        unknown = {self.scope.ids.get(each, each) for each in self.scope.unread}
        return Holders(
            read_at=now,
            found=tuple(sorted(listed.found.values(), key=lambda holder: holder.name)),
            assets=len(listed.names),
            read=tuple(each for each in projects if each not in without),
            unread=tuple(
                each for each, its in zip(self.scope.unread, unread, strict=True) if not its.refused
            ),
            refused=tuple(refused),
            clusters=tuple(
                sorted(each for each in listed.clusters.items() if each[0].project not in unknown)
            ),
            observed=frozenset(listed.observed),
            empty=tuple(sorted(each for each in listed.empty if each[0] not in unknown)),
        )

    def _is_told_by_root(self, refused: UnreadInventory) -> bool:
        """Whether the roots have it, too: whose API is disabled is the same for both (Google asks the consumer project)."""
        return refused.refusal is InventoryRefusal.API_DISABLED and refused.project in self.scope.listed

    def _in_root(self, refused: UnreadInventory, roots: Sequence[InventoryRefusal]) -> UnreadInventory:
        """As refused as the roots are that may contain it: what was known of them is missed."""
        if refused.project not in self.scope.ids.values():
            return refused
        return replace(refused, refusal=max((refused.refusal, *roots), key=_WORST.index))

    async def _projects(self, projects: Sequence[str], types: Sequence[str]) -> list[_Listed]:
        ids = self.scope.ids
        searches = (
            self._search(_Listed(ids.get(each, each)), f"projects/{each}", types) for each in projects
        )
        return await asyncio.gather(*searches)

    async def _search(self, listed: _Listed, scope: str, types: Sequence[str]) -> _Listed:
        request = SearchAllResourcesRequest(
            scope=scope, asset_types=types, page_size=_PAGE_SIZE, read_mask=_MASK
        )
        method = self.clients.client(AssetServiceAsyncClient, ASSET_API).search_all_resources
        place = listed.project or scope
        try:
            async with (
                self.lanes.turn(ASSET_API, place, ALL_LOCATIONS),
                aclosing(pages(method, request, SearchAllResourcesResponse)) as found,
            ):
                async for page in found:
                    for asset in page.results:
                        listed.add(asset)
                    listed.pages += 1
        except READ_FAILURES as error:
            refusal = InventoryRefusal.FAILED if listed.pages else self._refusal(error)
            listed.refused = UnreadInventory(place, refusal, cause(error))
            return listed
        if listed.repeated:
            self.on_repeated(place, ALL_LOCATIONS, Kind.HOLDER, listed.repeated)
        return listed

    def _refusal(self, error: Exception) -> InventoryRefusal:
        """An emulator need not serve this API (docs/emulator.md), which is as if it were disabled."""
        not_served = self.clients.is_emulator and is_no_method(error)
        return InventoryRefusal.API_DISABLED if not_served else inventory_refusal(error)


def _texts(struct: Any) -> Iterator[tuple[str, bool]]:
    """Every key and every text in a google.protobuf.Struct, however deep, and whether it is the image of a container. In a
    map with the key `image` that has no name, or that speaks of a tag or a version, it is not."""
    left = [struct]
    while left:
        fields = left.pop().fields
        split = any("tag" in key.lower() or "version" in key.lower() for key in fields)
        for key, value in fields.items():
            yield key, False
            is_image = key in _IMAGE_FIELDS and not split and (key != "image" or "name" in fields)
            values = [value]
            while values:
                value = values.pop()
                kind = value.WhichOneof("kind")
                if kind == "string_value":
                    yield value.string_value, is_image
                elif kind == "struct_value":
                    left.append(value.struct_value)
                elif kind == "list_value":
                    values.extend(value.list_value.values)


def _container_statuses(pod: Any) -> Iterator[tuple[str, str]]:
    """The image of each container of a Pod, and what was pulled (Kubernetes API, ContainerStatus: `imageID`)."""
    for key, value in pod.fields["status"].struct_value.fields.items() if "status" in pod.fields else ():
        if key.lower().endswith("containerstatuses"):
            for each in value.list_value.values:
                fields = each.struct_value.fields
                yield _text(fields, "image"), _text(fields, "imageID")


def _text(fields: Any, key: str) -> str:
    return str(fields[key].string_value) if key in fields else ""


def _united(one: Holder, other: Holder) -> Holder:
    """What both name, as of the earlier of their times: a tag may have moved between the two."""
    images = NamedImages(
        one.images.references | other.images.references,
        one.images.digests | other.images.digests,
        one.images.beginnings | other.images.beginnings,
        one.images.pulled & other.images.pulled,
    )
    return replace(
        one,
        images=images,
        create_time=_earlier(one.create_time, other.create_time),
        update_time=_earlier(one.update_time, other.update_time),
    )


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    """None where either is not known."""
    return None if one is None or other is None else min(one, other)
