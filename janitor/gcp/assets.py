"""Cloud Asset Inventory: what else than Cloud Run names images, read project by project (R51)."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from google.cloud.asset_v1 import SearchAllResourcesRequest, SearchAllResourcesResponse
from google.protobuf.field_mask_pb2 import FieldMask  # type: ignore[attr-defined]

from janitor.gcp.channels import Clients
from janitor.gcp.failures import ASSET_API, READ_FAILURES, cause, inventory_refusal, is_no_method
from janitor.gcp.limits import Lanes
from janitor.gcp.paging import OnRepeated, pages, unheard
from janitor.model.holders import (
    ASSET_TYPES,
    CLUSTER,
    POD,
    ClusterName,
    Holder,
    Holders,
    InventoryRefusal,
    UnreadInventory,
    asset_types,
    cluster_of,
)
from janitor.model.kinds import Kind
from janitor.model.named_images import NamedImages, named_in

ALL_LOCATIONS = "-"
# Larger values are cut to this (asset_service.proto, page_size).
_PAGE_SIZE = 500
_MASK = FieldMask(paths=["name", "asset_type", "state", "create_time", "update_time", "versioned_resources"])
_OWN_NAMESPACE = "/k8s/namespaces/kube-system/"


@dataclass(slots=True)
class _Listed:
    """What the inventory of one project lists, page by page."""

    project: str
    pages: int = 0
    names: set[str] = field(default_factory=set)
    repeated: list[str] = field(default_factory=list)
    found: dict[str, Holder] = field(default_factory=dict)
    clusters: dict[ClusterName, str] = field(default_factory=dict)
    observed: set[ClusterName] = field(default_factory=set)
    empty: set[str] = field(default_factory=set)

    def add(self, asset: Any) -> None:
        """One ResourceSearchResult. One that comes twice is united: what either names is in use (R28)."""
        name = asset.name
        if name in self.names:
            self.repeated.append(name)
        self.names.add(name)
        cluster = cluster_of(name)
        if cluster is not None:  # some names have the number of the project
            cluster = replace(cluster, project=self.project)
        if asset.asset_type == CLUSTER:
            if cluster is not None:
                self.clusters[cluster] = asset.state
            else:
                self.empty.add(name)
            return
        if asset.asset_type not in ASSET_TYPES:
            return
        if asset.asset_type == POD and cluster is not None and _OWN_NAMESPACE in name:
            self.observed.add(cluster)
        structs = [each.resource for each in asset.versioned_resources if each.resource.fields]
        if not structs:
            self.empty.add(name)
            return
        images = named_in(text for struct in structs for text in _texts(struct))
        if asset.asset_type == POD:
            images.note_pulled(pair for struct in structs for pair in _container_statuses(struct))
        if images.references or images.digests or images.beginnings:
            self._note(Holder(name, asset.asset_type, self.project, images, *_times(asset)))

    def _note(self, holder: Holder) -> None:
        before = self.found.get(holder.name)
        self.found[holder.name] = holder if before is None else _united(before, holder)


@dataclass(frozen=True, slots=True)
class AssetInventory:
    """Reads what Cloud Asset Inventory lists of projects that are read directly, too: what Cloud Run uses there is for
    its API to say. `on_repeated` hears what a listing returned more than once."""

    clients: Clients
    lanes: Lanes = field(default_factory=Lanes)
    on_repeated: OnRepeated = unheard

    async def holders(self, projects: Sequence[str], now: datetime) -> Holders:
        """Everything of these projects, side by side; a project of which any page failed is refused, and what was read
        of it still counts."""
        read = await asyncio.gather(*(self._project(each) for each in projects))
        listed = [each for each, _ in read]
        refused = [each for _, each in read if each is not None]
        without = {each.project for each in refused}
        return Holders(
            read_at=now,
            found=tuple(sorted((h for each in listed for h in each.found.values()), key=lambda h: h.name)),
            assets=sum(len(each.names) for each in listed),
            read=tuple(each for each in projects if each not in without),
            refused=tuple(sorted(refused)),
            clusters=tuple(sorted((name, state) for each in listed for name, state in each.clusters.items())),
            observed=frozenset(name for each in listed for name in each.observed),
            empty=tuple(sorted((each.project, name) for each in listed for name in each.empty)),
        )

    async def _project(self, project: str) -> tuple[_Listed, UnreadInventory | None]:
        listed = _Listed(project)
        request = SearchAllResourcesRequest(
            scope=f"projects/{project}",
            asset_types=asset_types(read_directly=True),
            page_size=_PAGE_SIZE,
            read_mask=_MASK,
        )
        try:
            async with (
                self.lanes.turn(ASSET_API, project, ALL_LOCATIONS),
                aclosing(
                    pages(self.clients.assets.search_all_resources, request, SearchAllResourcesResponse)
                ) as found,
            ):
                async for page in found:
                    for asset in page.results:
                        listed.add(asset)
                    listed.pages += 1
        except READ_FAILURES as error:
            refusal = InventoryRefusal.FAILED if listed.pages else self._refusal(error)
            return listed, UnreadInventory(project, refusal, cause(error))
        if listed.repeated:
            self.on_repeated(project, ALL_LOCATIONS, Kind.HOLDER, listed.repeated)
        return listed, None

    def _refusal(self, error: Exception) -> InventoryRefusal:
        """An emulator need not serve this API (docs/emulator.md), which is as if it were disabled."""
        not_served = self.clients.is_emulator and is_no_method(error)
        return InventoryRefusal.API_DISABLED if not_served else inventory_refusal(error)


def _texts(struct: Any) -> Iterator[str]:
    """Every key and every text in a google.protobuf.Struct, however deep."""
    left = [struct]
    while left:
        for key, value in left.pop().fields.items():
            yield key
            values = [value]
            while values:
                value = values.pop()
                kind = value.WhichOneof("kind")
                if kind == "string_value":
                    yield value.string_value
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


def _times(asset: Any) -> tuple[datetime | None, datetime | None]:
    return _time(asset, "create_time"), _time(asset, "update_time")


def _time(asset: Any, name: str) -> datetime | None:
    """None where it is not set, or out of range."""
    try:
        found: datetime = getattr(asset, name).ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return found if asset.HasField(name) and found.timestamp() > 0 else None


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
