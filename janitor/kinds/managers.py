"""Managers: which tool made and manages a resource, by its labels, annotations, client and images."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Protocol

from janitor.model.resources import Repository


class Manager(StrEnum):
    """What `managed_by` may ask for; the value is a wire name."""

    TERRAFORM = "terraform"
    CONFIG_CONNECTOR = "config-connector"
    CLOUD_DEPLOY = "cloud-deploy"
    CLOUD_FUNCTIONS = "cloud-functions"
    APP_HOSTING = "app-hosting"
    SOURCE_DEPLOY = "source-deploy"


_LABELS = {
    ("goog-terraform-provisioned", "true"): Manager.TERRAFORM,
    ("managed-by-cnrm", "true"): Manager.CONFIG_CONNECTOR,
    ("managed-by", "google-cloud-deploy"): Manager.CLOUD_DEPLOY,
    ("goog-managed-by", "cloudfunctions"): Manager.CLOUD_FUNCTIONS,
    ("goog-managed-by", "cloud-functions"): Manager.CLOUD_FUNCTIONS,
    ("goog-managed-by", "firebase-functions"): Manager.CLOUD_FUNCTIONS,
}
_KEYS = {
    "goog-cloudfunctions-runtime": Manager.CLOUD_FUNCTIONS,
    "goog-drz-cloudfunctions-id": Manager.CLOUD_FUNCTIONS,
    "firebase-functions-hash": Manager.CLOUD_FUNCTIONS,
    "cloudfunctions.googleapis.com/trigger-type": Manager.CLOUD_FUNCTIONS,  # an annotation
}
_REPOSITORIES = {
    "gcf-artifacts": Manager.CLOUD_FUNCTIONS,
    "firebaseapphosting-images": Manager.APP_HOSTING,
    "cloud-run-source-deploy": Manager.SOURCE_DEPLOY,
}


def managers_of(
    labels: Mapping[str, str],
    annotations: Mapping[str, str] | None = None,
    images: Iterable[str] = (),
    client: str = "",
) -> frozenset[Manager]:
    """All that anything says of a workload. `images` are references as written: their repository tells."""
    found = {_LABELS[entry] for entry in labels.items() if entry in _LABELS}
    found.update(_KEYS[key] for key in (*labels, *(annotations or ())) if key in _KEYS)
    found.update(
        _REPOSITORIES[part] for image in images for part in image.split("/")[2:3] if part in _REPOSITORIES
    )
    if client == "terraform":
        found.add(Manager.TERRAFORM)
    return frozenset(found)


class Deployed(Protocol):
    """A deployed workload: a service, a job or a worker pool."""

    @property
    def labels(self) -> Mapping[str, str]: ...

    @property
    def annotations(self) -> Mapping[str, str]: ...

    @property
    def images(self) -> tuple[str, ...]: ...

    @property
    def client(self) -> str: ...


def managers_of_deployed(deployed: Deployed) -> frozenset[Manager]:
    """All that it says; it holds for its revisions or executions, too."""
    return managers_of(deployed.labels, deployed.annotations, deployed.images, deployed.client)


def managers_of_repository(repository: Repository) -> frozenset[Manager]:
    """All that a repository's labels and name say; it holds for its images, too."""
    name = _REPOSITORIES.get(repository.name.repository)
    return managers_of(repository.labels) | ({name} if name else frozenset())
