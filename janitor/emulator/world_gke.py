"""Kubernetes clusters in the world file: what the inventory has of them and of the objects in them.

Names and types of objects are those of the page "Asset names" of Cloud Asset Inventory; the JSON of an object
is that of the Kubernetes API.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from janitor.emulator.assets import WorldAsset
from janitor.emulator.naming import image_reference, uid
from janitor.emulator.reader import Value
from janitor.emulator.repository import rfc3339
from janitor.emulator.state import World
from janitor.emulator.units import epoch

_STATUS = ("PROVISIONING", "RUNNING", "RECONCILING", "STOPPING", "ERROR", "DEGRADED")
_LISTS = {
    "containers": ("containers", "containerStatuses"),
    "init_containers": ("initContainers", "initContainerStatuses"),
    "ephemeral_containers": ("ephemeralContainers", "ephemeralContainerStatuses"),
}
_KEYS = ("kind", "namespace", "name", "replicas", "labels", "created", *_LISTS)
_ZONE = re.compile(r"[a-z]+-[a-z]+\d+-[a-z]")
# What runs in each cluster, as Google puts it there.
_SYSTEM_PODS = {
    "kube-proxy-node-1": "gke.gcr.io/kube-proxy:v1",
    "konnectivity-1": "gke.gcr.io/proxy-agent:v1",
}


@dataclass(frozen=True, slots=True)
class _Kind:
    """`path` is what stands before the name of an object, after its namespace."""

    asset_type: str
    api_version: str
    path: str
    spec: Callable[[dict[str, Any]], dict[str, Any]]


def _template(pod: dict[str, Any]) -> dict[str, Any]:
    return {"template": {"spec": pod}}


_KINDS = {
    "Pod": _Kind("k8s.io/Pod", "v1", "pods", lambda pod: pod),
    "PodTemplate": _Kind("k8s.io/PodTemplate", "v1", "podtemplates", lambda pod: pod),
    "ReplicationController": _Kind("k8s.io/ReplicationController", "v1", "replicationcontrollers", _template),
    "Deployment": _Kind("apps.k8s.io/Deployment", "apps/v1", "apps/deployments", _template),
    "StatefulSet": _Kind("apps.k8s.io/StatefulSet", "apps/v1", "apps/statefulsets", _template),
    "DaemonSet": _Kind("apps.k8s.io/DaemonSet", "apps/v1", "apps/daemonsets", _template),
    "ReplicaSet": _Kind("apps.k8s.io/ReplicaSet", "apps/v1", "apps/replicasets", _template),
    "Job": _Kind("batch.k8s.io/Job", "batch/v1", "batch/jobs", _template),
    "CronJob": _Kind(
        "batch.k8s.io/CronJob",
        "batch/v1",
        "batch/cronjobs",
        lambda pod: {"jobTemplate": {"spec": _template(pod)}},
    ),
}
_REPLICATED = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")


def read_clusters(world: World, project: str, value: Value) -> None:
    """`gke: {ZONE-OR-REGION: {CLUSTER: {status: …, system_pods: …, workloads: […]}}}`."""
    for location, clusters in value.entries():
        for name, inner in clusters.entries():
            _cluster(world, project, location, name, inner)


def _cluster(world: World, project: str, location: str, name: str, value: Value) -> None:
    fields = value.fields("status", "created", "system_pods", "workloads")
    place = "zones" if _ZONE.fullmatch(location) else "locations"
    full = f"//container.googleapis.com/projects/{project}/{place}/{location}/clusters/{name}"
    status = fields["status"].choice(_STATUS) if "status" in fields else "RUNNING"
    created = epoch(world.now, fields.get("created"), None)
    world.assets[full] = WorldAsset(
        name=full,
        asset_type="container.googleapis.com/Cluster",
        project=project,
        data={"name": name, "location": location, "status": status, "id": uid(full)},
        location=location,
        state=status,
        display_name=name,
        created=created,
        updated=created,
        attributes={"endpoint": "203.0.113.1"},
    )
    if "system_pods" not in fields or fields["system_pods"].flag():
        for pod, image in _SYSTEM_PODS.items():
            spec = {"containers": [{"name": "main", "image": image}]}
            _add(world, world.assets[full], _KINDS["Pod"], "Pod", "kube-system", pod, spec)
    for item in fields["workloads"].items() if "workloads" in fields else ():
        _workload(world, world.assets[full], item)


def _workload(world: World, cluster: WorldAsset, value: Value) -> None:
    fields = value.fields(*_KEYS)
    for key in ("kind", "name"):
        if key not in fields:
            value.fail(f"`{key}` is missing")
    kind = fields["kind"].choice(tuple(_KINDS))
    pod, status = _pod(value, fields)
    if status and kind != "Pod":
        value.fail("only a Pod has `pulled` images")
    spec = _KINDS[kind].spec(pod)
    if "replicas" in fields:
        if kind not in _REPLICATED:
            fields["replicas"].fail(f"a {kind} has none")
        spec = {"replicas": fields["replicas"].integer(), **spec}
    namespace = fields["namespace"].text() if "namespace" in fields else "default"
    created = epoch(world.now, fields.get("created"), cluster.created)
    labels = fields["labels"].text_map() if "labels" in fields else {}
    _add(
        world, cluster, _KINDS[kind], kind, namespace, fields["name"].text(), spec, status, created, labels
    )  # fmt: skip


def _pod(value: Value, fields: dict[str, Value]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The spec of a Pod, and the statuses of the containers whose pulled image is written."""
    spec: dict[str, Any] = {}
    statuses: dict[str, Any] = {}
    for key, (listed, reported) in _LISTS.items():
        for number, item in enumerate(fields[key].items() if key in fields else ()):
            keys = item.fields("name", "image", "pulled") if item.is_mapping() else {"image": item}
            if "image" not in keys:
                item.fail("`image` is missing")
            name = keys["name"].text() if "name" in keys else f"container-{number}"
            image = image_reference(keys["image"].text())
            spec.setdefault(listed, []).append({"name": name, "image": image})
            if "pulled" in keys:
                pulled = image_reference(keys["pulled"].text())
                statuses.setdefault(reported, []).append({"name": name, "image": image, "imageID": pulled})
    if not spec:
        value.fail("has no containers")
    return spec, statuses


def _add(
    world: World,
    cluster: WorldAsset,
    kind: _Kind,
    noun: str,
    namespace: str,
    name: str,
    spec: dict[str, Any],
    status: dict[str, Any] | None = None,
    created: float | None = None,
    labels: dict[str, str] | None = None,
) -> None:
    full = f"{cluster.name}/k8s/namespaces/{namespace}/{kind.path}/{name}"
    metadata: dict[str, Any] = {
        "name": name,
        "namespace": namespace,
        "uid": uid(full),
        "labels": labels or {},
    }
    if created is not None:
        metadata["creationTimestamp"] = rfc3339(created)
    content = {"template": {"spec": spec}} if noun == "PodTemplate" else {"spec": spec}
    data = {"apiVersion": kind.api_version, "kind": noun, "metadata": metadata, **content}
    if noun == "Pod":
        data["status"] = {"phase": "Running", **(status or {})}
    world.assets[full] = WorldAsset(
        name=full,
        asset_type=kind.asset_type,
        project=cluster.project,
        data=data,
        location=cluster.location,
        display_name=name,
        created=created,
        updated=created,
        labels=labels or {},
    )
