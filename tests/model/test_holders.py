"""Assets that name images, and how people call them: R51."""

from datetime import timedelta

import pytest

from janitor.model.holders import ASSET_TYPES, CLUSTER, ClusterName, Holder, asset_types, cluster_of
from janitor.model.named_images import NamedImages
from tests.making import NOW

PROD = "//container.googleapis.com/projects/shop/zones/us-central1-a/clusters/prod"


@pytest.mark.parametrize(
    ("kind", "name", "shown"),
    [
        ("k8s.io/Pod", f"{PROD}/k8s/namespaces/shop/pods/cart", "Pod shop/cart in cluster prod (project p)"),
        (
            "apps.k8s.io/Deployment",
            f"{PROD}/k8s/namespaces/shop/apps/deployments/cart",
            "Deployment shop/cart in cluster prod (project p)",
        ),
        (
            "batch.googleapis.com/Job",
            "//batch.googleapis.com/projects/p/locations/us-central1/jobs/convert",
            "Batch job convert (project p)",
        ),
        ("k8s.io/Pod", f"{PROD}/odd", "Pod odd in cluster prod (project p)"),
    ],
)
def test_a_holder_is_called_as_people_call_it(kind: str, name: str, shown: str) -> None:
    assert Holder(name, kind, "p", NamedImages()).shown == shown


@pytest.mark.parametrize(
    ("name", "cluster"),
    [
        (PROD, ClusterName("shop", "us-central1-a", "prod")),
        (f"{PROD}/k8s/namespaces/a/pods/b", ClusterName("shop", "us-central1-a", "prod")),
        (PROD.replace("zones", "locations"), ClusterName("shop", "us-central1-a", "prod")),
        (PROD.replace("zones", "regions"), None),
        (PROD.replace("container.", "other."), None),
        (PROD.replace("clusters", "pools"), None),
        (PROD.rpartition("/")[0], None),
        (PROD.replace("projects", "folders"), None),
    ],
)
def test_a_cluster_is_known_by_its_name_and_by_the_names_in_it(
    name: str, cluster: ClusterName | None
) -> None:
    assert cluster_of(name) == cluster


def test_what_names_every_image_is_never_asked_for() -> None:
    services = {each.partition("/")[0] for each in (*ASSET_TYPES, CLUSTER)}
    assert not services & {
        "artifactregistry.googleapis.com", "cloudbuild.googleapis.com", "containeranalysis.googleapis.com",
        "containerregistry.googleapis.com",
    }  # fmt: skip


def test_cloud_run_is_asked_for_only_where_its_api_is_not_read() -> None:
    asked, elsewhere = asset_types(read_directly=True), asset_types(read_directly=False)
    assert CLUSTER in asked
    assert {"k8s.io/Pod", "batch.googleapis.com/Job"} <= set(asked)
    assert {each for each in elsewhere if each not in asked} == {
        f"run.googleapis.com/{each}" for each in ("Service", "Revision", "Job", "Execution", "WorkerPool")
    }


@pytest.mark.parametrize(
    ("kind", "created", "updated", "resolved"),
    [
        ("k8s.io/Pod", 2, 1, 2),
        ("k8s.io/Pod", None, 1, None),
        ("apps.k8s.io/Deployment", 2, 1, 1),
        ("apps.k8s.io/Deployment", 2, None, 2),
        ("apps.k8s.io/Deployment", None, None, None),
    ],
)
def test_what_runs_resolved_its_tags_when_it_was_created_and_a_template_at_its_last_change(
    kind: str, created: int | None, updated: int | None, resolved: int | None
) -> None:
    times = [None if days is None else NOW - timedelta(days=days) for days in (created, updated, resolved)]
    assert Holder("//x/y", kind, "p", NamedImages(), times[0], times[1]).resolved_at == times[2]
