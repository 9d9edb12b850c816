"""The APIs that are emulated, by the gRPC service or REST version of a call."""

# The names under which a world file speaks of APIs.
APIS = {
    "google.cloud.run.": "run",
    "google.devtools.artifactregistry.": "artifact",
    "google.cloud.location.": "artifact",  # of the two only Artifact Registry's locations are served over gRPC
    "google.cloud.asset.": "asset",
    "google.cloud.resourcemanager.": "projects",
    "google.cloud.billing.": "billing",
}


def api_of(service: str) -> str:
    """`run`, `artifact`, `asset`, `projects` or `billing`; empty for operations, which belong to an API each."""
    return next((api for prefix, api in APIS.items() if service.startswith(prefix)), "")
