"""The official clients, over a plaintext channel to an emulator, and a small world to ask about."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
from google.cloud import artifactregistry_v1, asset_v1, billing_v1, resourcemanager_v3, run_v2
from google.longrunning import operations_pb2_grpc

from janitor.emulator import Emulator

REGION = "projects/shop/locations/us-central1"
WEB = f"{REGION}/services/web"
REPOSITORY = f"{REGION}/repositories/apps"
APP = f"{REPOSITORY}/packages/app"

WORLD = """\
operations: {delay: 0s}
projects:
  shop:
    run:
      us-central1:
        services:
          web:
            created: 30d ago
            updated: 1d ago
            image: us-central1-docker.pkg.dev/shop/apps/app:live
            revisions:
              - {name: web-3, created: 1d ago}
              - {name: web-2, created: 5d ago, state: retired, retired: 1d ago}
              - {name: web-1, created: 9d ago, state: retired, retired: 5d ago}
            traffic: [{latest: true, percent: 100}, {revision: web-1, tag: old}]
          broken: {updated: 2d ago, state: failed, image: "us-central1-docker.pkg.dev/shop/apps/app:gone"}
        jobs:
          nightly:
            image: us-central1-docker.pkg.dev/shop/apps/team/tool
            executions: [{name: nightly-b, created: 1h ago}, {name: nightly-a, created: 25h ago, state: failed}]
        worker_pools:
          pool: {image: "us-central1-docker.pkg.dev/shop/apps/app@new", instances: 2}
        instances:
          box: {image: "us-central1-docker.pkg.dev/shop/apps/app:live", digest: new}
    artifact_registry:
      us-central1:
        repositories:
          apps:
            images:
              - {package: app, digest: new, tags: [live], size: 20MB, uploaded: 1d ago}
              - {package: app, digest: old, size: 10MB, uploaded: 9d ago}
              - {package: app, digest: index, tags: [multi], children: [amd, arm], uploaded: 3d ago}
              - {package: app, digest: amd, uploaded: 3d ago}
              - {package: app, digest: arm, uploaded: 3d ago}
              - {package: team/tool, digest: tool, tags: [latest], uploaded: 4d ago}
              - {package: app, digest: subject, uploaded: 6d ago}
              - {package: app, digest: signature, subject: subject, artifact_type: application/sig}
          frozen:
            immutable_tags: true
            images: [{package: app, digest: held, tags: [v1]}, {package: app, digest: loose}]
"""


class Google:
    """Each API's own client, and the emulator that answers them."""

    def __init__(self, emulator: Emulator, channel: grpc.Channel) -> None:
        self.emulator = emulator
        self.services = _client(run_v2.ServicesClient, channel)
        self.revisions = _client(run_v2.RevisionsClient, channel)
        self.jobs = _client(run_v2.JobsClient, channel)
        self.executions = _client(run_v2.ExecutionsClient, channel)
        self.worker_pools = _client(run_v2.WorkerPoolsClient, channel)
        self.instances = _client(run_v2.InstancesClient, channel)
        self.artifacts = _client(artifactregistry_v1.ArtifactRegistryClient, channel)
        self.catalog = _client(billing_v1.CloudCatalogClient, channel)
        self.assets = _client(asset_v1.AssetServiceClient, channel)
        self.projects = _client(resourcemanager_v3.ProjectsClient, channel)
        self.folders = _client(resourcemanager_v3.FoldersClient, channel)
        self.operations: Any = operations_pb2_grpc.OperationsStub(channel)


@contextmanager
def google(world: str = WORLD) -> Iterator[Google]:
    with Emulator.from_text(world) as emulator, grpc.insecure_channel(emulator.host) as channel:
        yield Google(emulator, channel)


def troubled(rules: str, world: str = WORLD) -> str:
    """`world` with a `trouble:` list, written as flow mappings, one a line."""
    return world + "trouble:\n" + "".join(f"  - {{{rule}}}\n" for rule in rules.strip().splitlines())


def _client(kind: Any, channel: grpc.Channel) -> Any:
    return kind(transport=kind.get_transport_class("grpc")(channel=channel))
