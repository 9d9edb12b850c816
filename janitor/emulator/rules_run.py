"""What Cloud Run refuses, each rule with its source."""

from typing import Any

import grpc

from janitor.emulator.errors import RefusedCall, denied, invalid, not_found, precondition
from janitor.emulator.naming import part, short
from janitor.emulator.run_kinds import holder_kind
from janitor.emulator.state import World


def check_location(world: World, parent: str) -> None:
    """A region that exists: `locations/-` is refused everywhere.

    "must be a valid Google Cloud region, and cannot be the "-" wildcard" (run/v2/service.proto:213-216,
    worker_pool.proto:225); jobs and instances are silent, treated alike. What an unknown region
    answers is not verified; the words are those known from Cloud Run.
    """
    location = part(parent, "location")
    if not location or location == "-":
        raise invalid(f"parent {parent!r}: location must be a region, and cannot be the '-' wildcard")
    if location not in world.project(parent).locations:
        raise denied(f"Permission denied on 'locations/{location}' (or it may not exist).")


def check_etag(message: Any, given: str) -> None:
    """ABORTED where the etag sent is another's (facts 1.8; the code is not verified)."""
    if given and given != message.etag:
        raise RefusedCall(
            grpc.StatusCode.ABORTED,
            f"Conflict for resource '{short(message.name)}': version '{given}' was specified but current "
            f"version is '{message.etag}'.",
        )


def check_traffic(world: World, request: Any) -> None:
    """What UpdateService asks of traffic. Percents sum to 100, a tag is used once, and every revision exists
    (traffic_target.proto:28-77; the codes and texts are not verified)."""
    if list(request.update_mask.paths) != ["traffic"]:
        raise RefusedCall(grpc.StatusCode.UNIMPLEMENTED, "only update_mask traffic is emulated")
    traffic = request.service.traffic
    if traffic and sum(entry.percent for entry in traffic) != 100:
        raise invalid("traffic percents must sum to 100")
    tags = [entry.tag for entry in traffic if entry.tag]
    if len(tags) != len(set(tags)):
        raise invalid("traffic tags must be unique")
    for entry in traffic:
        name = f"{request.service.name}/revisions/{short(entry.revision)}"
        if entry.revision and name not in world.run["revisions"]:
            raise invalid(f"Revision '{short(entry.revision)}' was not found.")


def check_revision(world: World, revision: Any) -> None:
    """Neither serving, nor the latest, nor the only one.

    Exact text of the first: hashicorp/waypoint#814. The other two: "cannot delete a revision that can
    receive traffic, the only revision, or the latest revision" (run/docs/managing/revisions); their
    texts are not verified.
    """
    owner_name, name = revision.name.rpartition("/revisions/")[0], short(revision.name)
    kind = holder_kind(owner_name)
    owner = world.run[kind.name].get(owner_name) if kind else None
    if owner is None:
        return
    if name in _serving(owner):
        raise precondition(f'Revision "{name}" cannot be directly deleted because it is actively serving.')
    if revision.name == owner.latest_created_revision:
        raise precondition(f'Revision "{name}" cannot be directly deleted because it is the latest revision.')
    if len(world.children("revisions", owner_name)) == 1:
        raise precondition(f'Revision "{name}" cannot be directly deleted because it is the only revision.')


def check_execution(_world: World, execution: Any) -> None:
    """One that runs has to be cancelled first (facts 1.9; neither the code nor the text is verified)."""
    if not execution.HasField("completion_time") or execution.running_count:
        raise precondition(f'Execution "{short(execution.name)}" cannot be deleted because it is running.')


def check_job(world: World, job: Any) -> None:
    """Not while an execution of it runs. What Google does then is not verified: it may stop it."""
    for execution in world.children("executions", job.name):
        check_execution(world, execution)


def check_owner(world: World, owner: str) -> None:
    """The parent of a listing of revisions or executions; `-` stands for all of its kind.

    Where that is not stated, as of `workerPools/-`, it is refused.
    """
    check_location(world, owner)
    kind, every = holder_kind(owner), short(owner) == "-"
    if kind is None or (every and not kind.lists_all):
        raise invalid(f"parent {owner!r} is invalid")
    if not every and owner not in world.run[kind.name]:
        raise not_found(owner)


def _serving(owner: Any) -> set[str]:
    """Short names that get traffic or have a traffic tag: "percent 0 + tag = URL-addressable"."""
    latest = short(owner.latest_ready_revision)
    is_service = "/services/" in owner.name
    statuses = owner.traffic_statuses if is_service else owner.instance_split_statuses
    return {status.revision or latest for status in statuses}
