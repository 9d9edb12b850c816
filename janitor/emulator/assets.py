"""Assets: what Cloud Asset Inventory says of one resource, and the types that it knows."""

from dataclasses import dataclass, field
from typing import Any

_TYPES = {
    "aiplatform.googleapis.com": (
        "BatchPredictionJob CustomJob DataLabelingJob Dataset Endpoint HyperparameterTuningJob Model"
        " ModelDeploymentMonitoringJob NasJob NotebookExecutionJob NotebookRuntime NotebookRuntimeTemplate"
        " PipelineJob ReasoningEngine TrainingPipeline TuningJob"
    ),
    "appengine.googleapis.com": "Application Service Version",
    "apps.k8s.io": "DaemonSet Deployment ReplicaSet StatefulSet",
    "artifactregistry.googleapis.com": "DockerImage MavenArtifact NpmPackage PythonPackage Repository Rule",
    "batch.googleapis.com": "Job",
    "batch.k8s.io": "CronJob Job",
    "cloudbuild.googleapis.com": "Build BuildTrigger WorkerPool",
    "clouddeploy.googleapis.com": (
        "Automation AutomationRun CustomTargetType DeliveryPipeline DeployPolicy JobRun Release Rollout Target"
    ),
    "cloudfunctions.googleapis.com": "CloudFunction Function",
    "cloudresourcemanager.googleapis.com": "Folder Organization Project",
    "composer.googleapis.com": "Environment",
    "compute.googleapis.com": (
        "Disk Image Instance InstanceGroup InstanceGroupManager InstanceTemplate MachineImage Project"
    ),
    "container.googleapis.com": "Cluster NodePool",
    "containerregistry.googleapis.com": "Image",
    "dataflow.googleapis.com": "Job",
    "dataproc.googleapis.com": "AutoscalingPolicy Batch Cluster Job Session WorkflowTemplate",
    "gkehub.googleapis.com": "Membership",
    "k8s.io": (
        "Endpoints Namespace Node PersistentVolume PersistentVolumeClaim Pod PodTemplate ReplicationController"
        " ResourceQuota Secret Service ServiceAccount"
    ),
    "notebooks.googleapis.com": "Instance",
    "run.googleapis.com": "DomainMapping Execution Job Revision Service WorkerPool",
    "workflows.googleapis.com": "Workflow",
    "workstations.googleapis.com": "Workstation WorkstationCluster WorkstationConfig",
}
# A part of the types that the page "Asset types" of Cloud Asset Inventory lists (of 2026-04-10): those of services
# that run containers or say who does.
ASSET_TYPES = tuple(f"{api}/{kind}" for api, kinds in sorted(_TYPES.items()) for kind in kinds.split())
# "Not available in the analysis and search APIs" (the same page).
NOT_SEARCHABLE = frozenset({"cloudbuild.googleapis.com/Build", "k8s.io/Secret"})
# "Supported metadata fields" of an instance (the same page): all other metadata is missing, such as the
# declaration of a container.
_INSTANCE_METADATA = ("block-project-ssh-keys", "enable-oslogin", "enable-osconfig", "serial-port-enable")


@dataclass(frozen=True, slots=True)
class WorldAsset:
    """`name` is the full resource name (`//…`), `project` a project's id, `data` the resource's JSON.

    Times are epoch seconds, None where the resource says none. `attributes` are the searchable ones.
    """

    name: str
    asset_type: str
    project: str
    data: dict[str, Any]
    location: str = ""
    version: str = "v1"
    state: str = ""
    display_name: str = ""
    created: float | None = None
    updated: float | None = None
    labels: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)


def as_inventoried(asset_type: str, data: dict[str, Any]) -> dict[str, Any]:
    """The JSON as the inventory has it: of an instance's metadata only the supported fields."""
    if asset_type != "compute.googleapis.com/Instance" or not isinstance(data.get("metadata"), dict):
        return data
    items = data["metadata"].get("items", [])
    kept = [item for item in items if item.get("key") in _INSTANCE_METADATA]
    return {**data, "metadata": {**data["metadata"], "items": kept}}
