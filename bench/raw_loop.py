"""What there is to beat: `python -m bench.raw_loop HOST:PORT PARENT…` reads images and does nothing else.

Google's own client, raw protobuf pages of a thousand, six fields of each image. It prints how many.
"""

import sys

import grpc
from google.cloud.artifactregistry_v1 import (
    ArtifactRegistryClient,
    ListDockerImagesRequest,
    ListDockerImagesResponse,
)
from google.cloud.artifactregistry_v1.services.artifact_registry.transports import (
    ArtifactRegistryGrpcTransport,
)

_UNLIMITED = [("grpc.max_receive_message_length", -1)]


def main() -> None:
    """Read every image of every repository named."""
    address, *parents = sys.argv[1:]
    channel = grpc.insecure_channel(address, options=_UNLIMITED)
    client = ArtifactRegistryClient(transport=ArtifactRegistryGrpcTransport(channel=channel))
    print(sum(_read(client, parent) for parent in parents))


def _read(client: ArtifactRegistryClient, parent: str) -> int:
    count = 0
    request = ListDockerImagesRequest(parent=parent, page_size=1000)
    for page in client.list_docker_images(request=request, timeout=60).pages:
        for image in ListDockerImagesResponse.pb(page).docker_images:
            _ = image.name, image.tags, image.image_size_bytes
            _ = image.upload_time, image.update_time, image.image_manifests
            count += 1
    return count


if __name__ == "__main__":
    main()
