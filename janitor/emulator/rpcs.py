"""Every RPC that is served."""

from functools import cache

from janitor.emulator import (
    wire_artifact_changes,
    wire_artifacts,
    wire_assets,
    wire_billing,
    wire_operations,
    wire_packages,
    wire_projects,
    wire_run,
)
from janitor.emulator.method import Method

# REST's listing of regions, noted and troubled under this name: Artifact Registry's is ListLocations.
LIST_RUN_LOCATIONS = "ListRunLocations"


@cache
def served() -> tuple[Method, ...]:
    """All gRPC methods."""
    artifacts = (wire_artifacts, wire_artifact_changes, wire_packages)
    rooms = (wire_run, *artifacts, wire_assets, wire_projects, wire_billing, wire_operations)
    return tuple(method for room in rooms for method in room.methods())


@cache
def names() -> frozenset[str]:
    """The short names by which calls are noted and rules are written."""
    return frozenset({LIST_RUN_LOCATIONS, *(method.name for method in served())})
