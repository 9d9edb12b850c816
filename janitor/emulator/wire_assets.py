"""google.cloud.asset.v1.AssetService over gRPC: SearchAllResources and ListAssets."""

import time
from typing import Any

import re2
from google.cloud import asset_v1

from janitor.emulator import paging
from janitor.emulator.assets import ASSET_TYPES, NOT_SEARCHABLE, WorldAsset
from janitor.emulator.errors import invalid
from janitor.emulator.inventory import inventory
from janitor.emulator.method import Method
from janitor.emulator.repository import stamp
from janitor.emulator.rules_assets import check_enabled, check_supported, projects_in
from janitor.emulator.state import World

_re2: Any = re2
_SERVICE = "google.cloud.asset.v1.AssetService"
_Result: Any = asset_v1.ResourceSearchResult.pb()
_SearchResponse: Any = asset_v1.SearchAllResourcesResponse.pb()
_ListResponse: Any = asset_v1.ListAssetsResponse.pb()
_Asset: Any = asset_v1.Asset.pb()
_RESOURCE = 1  # ContentType.RESOURCE
_LIST_DEFAULT = 100  # asset_service.proto, ListAssetsRequest.page_size
# "Some fields of large size … are not returned by default" (asset_service.proto, SearchAllResourcesRequest).
_ONLY_ASKED = ("versioned_resources", "attached_resources", "effective_tags")


def methods() -> list[Method]:
    search, listed = asset_v1.SearchAllResourcesRequest.pb(), asset_v1.ListAssetsRequest.pb()
    return [
        Method(_SERVICE, "SearchAllResources", search, _SearchResponse, _search),
        Method(_SERVICE, "ListAssets", listed, _ListResponse, _list),
    ]


def _search(world: World, request: Any) -> Any:
    """`versioned_resources` only where the read_mask names them; the project by its number."""
    check_supported(request, ("query", "order_by"))
    fields = _masked(request.read_mask.paths)
    types = _types(request.asset_types, set(ASSET_TYPES) - NOT_SEARCHABLE)
    response = _SearchResponse()
    for asset in _page(world, request, request.scope, types, paging.SEARCH_MAX, response):
        _result(world, asset, fields, response.results.add())
    return response


def _list(world: World, request: Any) -> Any:
    """The assets as they are now: another `read_time` is not emulated."""
    check_supported(request, ("read_time", "relationship_types"))
    if request.content_type not in (0, _RESOURCE):
        raise invalid("only content_type RESOURCE is emulated")
    if not 0 <= request.page_size <= paging.LIST_ASSETS_MAX:
        raise invalid(f"page_size must be from 1 to {paging.LIST_ASSETS_MAX}")
    types = _types(request.asset_types, set(ASSET_TYPES))
    response = _ListResponse()
    stamp(response.read_time, time.time())
    request.page_size = request.page_size or _LIST_DEFAULT
    for asset in _page(world, request, request.parent, types, paging.LIST_ASSETS_MAX, response):
        _asset(world, asset, request.content_type == _RESOURCE, response.assets.add())
    return response


def _page(
    world: World, request: Any, scope: str, types: set[str], maximum: int, response: Any
) -> list[WorldAsset]:
    """The assets of the page that is asked for. The order is that of the names, which Google does not promise.

    The list is made for the first page: the next ones have what was there then.
    """
    check_enabled(world, scope)
    bound_to = paging.fingerprint(request)
    if not request.page_token or bound_to not in world.asset_lists:
        found = inventory(world, projects_in(world, scope), types)
        world.asset_lists[bound_to] = sorted(found), found
    keys, build = world.asset_lists[bound_to]
    size = max(request.page_size, 0)  # "zero or a negative value": an appropriate default
    cut = paging.cut_at(keys, size, request.page_token, bound_to, maximum)
    response.next_page_token = cut.next_token
    return [build[key]() for key in keys[cut.start : cut.end]]


def _types(asked: Any, known: set[str]) -> set[str]:
    """The types that the patterns name. "If the regular expression does not match any supported asset type, an
    INVALID_ARGUMENT error will be returned" (asset_service.proto); none at all asks for all."""
    found: set[str] = set()
    for text in asked:
        try:
            matching = {each for each in known if _re2.fullmatch(text, each)}
        except _re2.error as error:
            raise invalid(f"asset type {text!r} is no RE2 expression: {error}") from None
        if not matching:
            raise invalid(f"no supported asset type matches: {text}")
        found |= matching
    return found if asked else known


def _masked(paths: Any) -> set[str]:
    """The fields to return. "Any invalid field path will trigger INVALID_ARGUMENT" (asset_service.proto)."""
    known = set(_Result.DESCRIPTOR.fields_by_name)
    if not paths:
        return known - set(_ONLY_ASKED)
    if "*" in paths:
        return known
    for path in paths:
        if path not in known:
            raise invalid(f"read_mask: invalid field path {path!r}")
    return set(paths)


def _result(world: World, asset: WorldAsset, fields: set[str], result: Any) -> None:
    project = world.projects[asset.project]
    above = world.hierarchy.ancestors(project.parent)
    result.name, result.asset_type, result.location = asset.name, asset.asset_type, asset.location
    result.project = f"projects/{project.number}"
    result.folders.extend(each for each in above if each.startswith("folders/"))
    result.organization = next((each for each in above if each.startswith("organizations/")), "")
    result.display_name, result.state = asset.display_name, asset.state
    result.labels.update(asset.labels)
    result.additional_attributes.update(asset.attributes)
    result.parent_full_resource_name = _parent(asset)
    _times(result, asset)
    if "versioned_resources" in fields:
        result.versioned_resources.add(version=asset.version).resource.update(asset.data)
    for field in result.DESCRIPTOR.fields_by_name:
        if field not in fields:
            result.ClearField(field)


def _asset(world: World, asset: WorldAsset, with_resource: bool, message: Any) -> None:
    project = world.projects[asset.project]
    message.name, message.asset_type = asset.name, asset.asset_type
    message.ancestors.extend([f"projects/{project.number}", *world.hierarchy.ancestors(project.parent)])
    stamp(message.update_time, _whole(asset.updated))
    if with_resource:
        message.resource.version, message.resource.location = asset.version, asset.location
        message.resource.parent = _parent(asset)
        message.resource.data.update(asset.data)


def _parent(asset: WorldAsset) -> str:
    return f"//cloudresourcemanager.googleapis.com/projects/{asset.project}"


def _times(result: Any, asset: WorldAsset) -> None:
    """ "The granularity is in seconds" (assets.proto, ResourceSearchResult)."""
    stamp(result.create_time, _whole(asset.created))
    stamp(result.update_time, _whole(asset.updated))


def _whole(epoch: float | None) -> float | None:
    return None if epoch is None else float(int(epoch))
