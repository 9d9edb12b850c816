"""Holders: assets of Cloud Asset Inventory that name images (Kubernetes, Compute Engine, Functions, …), and their types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from janitor.model.named_images import NamedImages

CLUSTER = "container.googleapis.com/Cluster"
POD = "k8s.io/Pod"


@dataclass(frozen=True, slots=True)
class AssetType:
    """How people call assets of a type. `runs`: it resolves a tag once, when it is created, and runs that image. The
    others are templates, which say what is pulled next. `read_directly`: Cloud Run's API lists it in every project that
    is read, so the inventory is asked only about other projects."""

    noun: str
    runs: bool = False
    read_directly: bool = False


# Never Artifact Registry, Cloud Build or Container Analysis: their assets name every image. Names of asset types:
# Cloud Asset Inventory, "Asset types" (that each of them comes with its content is not verified: docs/holders.md).
ASSET_TYPES: Mapping[str, AssetType] = {
    POD: AssetType("Pod", runs=True),
    "apps.k8s.io/Deployment": AssetType("Deployment"),
    "apps.k8s.io/StatefulSet": AssetType("StatefulSet"),
    "apps.k8s.io/DaemonSet": AssetType("DaemonSet"),
    "apps.k8s.io/ReplicaSet": AssetType("ReplicaSet"),
    "k8s.io/ReplicationController": AssetType("ReplicationController"),
    "batch.k8s.io/Job": AssetType("Kubernetes Job", runs=True),
    "batch.k8s.io/CronJob": AssetType("CronJob"),
    "k8s.io/PodTemplate": AssetType("PodTemplate"),
    "compute.googleapis.com/Instance": AssetType("VM instance", runs=True),
    "compute.googleapis.com/InstanceTemplate": AssetType("instance template"),
    "cloudfunctions.googleapis.com/Function": AssetType("function", runs=True),
    "cloudfunctions.googleapis.com/CloudFunction": AssetType("function", runs=True),
    "appengine.googleapis.com/Version": AssetType("App Engine version", runs=True),
    "batch.googleapis.com/Job": AssetType("Batch job", runs=True),
    "aiplatform.googleapis.com/CustomJob": AssetType("Vertex AI custom job", runs=True),
    "aiplatform.googleapis.com/HyperparameterTuningJob": AssetType("Vertex AI tuning job", runs=True),
    "aiplatform.googleapis.com/TrainingPipeline": AssetType("Vertex AI training pipeline", runs=True),
    "aiplatform.googleapis.com/PipelineJob": AssetType("Vertex AI pipeline job", runs=True),
    "aiplatform.googleapis.com/BatchPredictionJob": AssetType("Vertex AI batch prediction job", runs=True),
    "aiplatform.googleapis.com/Model": AssetType("Vertex AI model", runs=True),
    "dataflow.googleapis.com/Job": AssetType("Dataflow job", runs=True),
    "clouddeploy.googleapis.com/Release": AssetType("Cloud Deploy release", runs=True),
    "run.googleapis.com/Service": AssetType("Cloud Run service", read_directly=True),
    "run.googleapis.com/Revision": AssetType("Cloud Run revision", runs=True, read_directly=True),
    "run.googleapis.com/Job": AssetType("Cloud Run job", read_directly=True),
    "run.googleapis.com/Execution": AssetType("Cloud Run execution", runs=True, read_directly=True),
    "run.googleapis.com/WorkerPool": AssetType("Cloud Run worker pool", read_directly=True),
}


def asset_types(read_directly: bool) -> tuple[str, ...]:
    """The types to list of a project, clusters among them; `read_directly`: Cloud Run's API is read there, too."""
    asked = (name for name, each in ASSET_TYPES.items() if not (read_directly and each.read_directly))
    return (*asked, CLUSTER)


@dataclass(frozen=True, slots=True, order=True)
class ClusterName:
    """A cluster of GKE; its `location` is a zone or a region."""

    project: str
    location: str
    name: str


@dataclass(frozen=True, slots=True)
class Holder:
    """One asset with the images that it names. `name` is Google's full resource name, `type` a key of ASSET_TYPES;
    times are aware, None where the inventory does not say them."""

    name: str
    type: str
    project: str
    images: NamedImages
    create_time: datetime | None = None
    update_time: datetime | None = None

    @property
    def shown(self) -> str:
        """``Pod shop/cart-7d9f in cluster prod-eu (project shop-prod)``."""
        noun = ASSET_TYPES[self.type].noun
        cluster = cluster_of(self.name)
        if cluster is None:
            return f"{noun} {self.name.rpartition('/')[2]} (project {self.project})"
        parts = self.name.split("/")
        namespace = f"{parts[parts.index('namespaces') + 1]}/" if "namespaces" in parts[:-1] else ""
        return f"{noun} {namespace}{parts[-1]} in cluster {cluster.name} (project {self.project})"

    @property
    def resolved_at(self) -> datetime | None:
        """When its tags were resolved at the earliest: what runs pulled its image when it was created, whatever changed
        since; a template says what is pulled since its last change, where that is known. None: not known."""
        return self.create_time if ASSET_TYPES[self.type].runs else self.update_time or self.create_time


def cluster_of(name: str) -> ClusterName | None:
    """The cluster of a full resource name, of a resource in it or of itself; None where there is none. The inventory
    writes its place as ``zones/Z`` or as ``locations/L``."""
    host, _, path = name.removeprefix("//").partition("/")
    parts = path.split("/")
    if host != "container.googleapis.com" or len(parts) < 6:
        return None
    if parts[0] != "projects" or parts[2] not in ("zones", "locations") or parts[4] != "clusters":
        return None
    return ClusterName(parts[1], parts[3], parts[5])


@dataclass(frozen=True, slots=True)
class InventoryScope:
    """Where Cloud Asset Inventory is asked. `roots` (``organizations/123``, ``folders/456``) are searched as wholes, which
    is enough for the projects `below` them: the inventory has these there for a day at least. Others that are `listed`
    there may have been moved in, so each is asked, too. `ids` are those of projects, by number. `unread` are projects
    that nothing but the inventory is asked about (`scope.unread`)."""

    roots: tuple[str, ...] = ()
    below: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()
    ids: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()


class InventoryRefusal(StrEnum):
    """Why a project's inventory was not read; the value is a wire name."""

    API_DISABLED = "api-disabled"
    NO_PERMISSION = "no-permission"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, order=True)
class UnreadInventory:
    """A project whose inventory was not read, and the cause in one line."""

    project: str
    refusal: InventoryRefusal
    cause: str


@dataclass(frozen=True, slots=True)
class Holders:
    """What Cloud Asset Inventory lists of the projects asked. `found` are the assets that name images, of all `assets`
    that were listed; `read` are the projects that answered, `refused` the others. `clusters` are those listed, each with
    its state, `observed` those of which a Pod of kube-system was listed; `empty` are full names of assets without
    content, each with its project. `unread` are the projects that answered although nothing else of them is read: what
    they name is found, and nothing is missed of them. `read_at` is when the reading began; None where nothing was
    asked."""

    read_at: datetime | None = None
    found: tuple[Holder, ...] = ()
    assets: int = 0
    read: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    refused: tuple[UnreadInventory, ...] = ()
    clusters: tuple[tuple[ClusterName, str], ...] = ()
    observed: frozenset[ClusterName] = frozenset()
    empty: tuple[tuple[str, str], ...] = ()


NOT_ASKED = Holders()
