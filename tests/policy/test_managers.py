"""`managed_by`, `creator`, `client` and `annotations`: who made a thing, and what is not known of it."""

from collections.abc import Callable, Mapping
from typing import get_args

import pytest

from janitor.kinds.job import Job
from janitor.kinds.managers import Manager, managers_of, managers_of_repository
from janitor.kinds.service import Service
from janitor.kinds.worker_pool import WorkerPool
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.policy.conditions.condition import Condition, Not
from janitor.policy.conditions.deployed import ClientIs, CreatorIs, ManagedBy, ManagerName
from janitor.policy.conditions.expression import Expr
from janitor.policy.conditions.labels import AnnotationsAre
from tests.deciding import decided, images_decided
from tests.making import (
    LOCATION,
    PROJECT,
    contents,
    image,
    job,
    policies,
    policy,
    pool,
    repository,
    revision,
    service,
    workloads,
)

REGISTRY = "us-central1-docker.pkg.dev/p"


def of_service(condition: Condition, **facts: object) -> str:
    """The verdict on a failed service."""
    asked = policies(policy("a", Kind.SERVICE, condition))
    return decided(asked, workloads(service("web", failed=True, **facts)))["web"]


@pytest.mark.parametrize(
    ("labels", "managers"),
    [
        ({}, set()),
        ({"goog-terraform-provisioned": "true"}, {Manager.TERRAFORM}),
        ({"goog-terraform-provisioned": "false"}, set()),
        ({"managed-by-cnrm": "true"}, {Manager.CONFIG_CONNECTOR}),
        ({"managed-by": "google-cloud-deploy"}, {Manager.CLOUD_DEPLOY}),
        ({"managed-by": "someone-else"}, set()),
        ({"goog-managed-by": "cloudfunctions"}, {Manager.CLOUD_FUNCTIONS}),
        ({"goog-cloudfunctions-runtime": "python312"}, {Manager.CLOUD_FUNCTIONS}),
        (
            {"firebase-functions-hash": "x", "managed-by-cnrm": "true"},
            {Manager.CLOUD_FUNCTIONS, Manager.CONFIG_CONNECTOR},
        ),
    ],
)
def test_labels_say_who_manages(labels: Mapping[str, str], managers: set[Manager]) -> None:
    assert managers_of(labels) == managers


def test_annotations_images_and_clients_say_it_too() -> None:
    assert managers_of({}, {"cloudfunctions.googleapis.com/trigger-type": "x"}) == {Manager.CLOUD_FUNCTIONS}
    assert managers_of({}, client="terraform") == {Manager.TERRAFORM}
    assert managers_of({}, client="gcloud") == set()
    assert managers_of({}, images=(f"{REGISTRY}/firebaseapphosting-images/web:1",)) == {Manager.APP_HOSTING}
    assert managers_of({}, images=(f"{REGISTRY}/cloud-run-source-deploy/web",)) == {Manager.SOURCE_DEPLOY}
    assert managers_of({}, images=(f"{REGISTRY}/r/cloud-run-source-deploy", "nginx", "")) == set()


def test_a_repositorys_name_and_labels_say_it_for_its_images() -> None:
    functions = repository(RepositoryName(PROJECT, LOCATION, "gcf-artifacts"))
    assert managers_of_repository(functions) == {Manager.CLOUD_FUNCTIONS}
    source = repository(
        RepositoryName(PROJECT, LOCATION, "cloud-run-source-deploy"), labels={"managed-by-cnrm": "true"}
    )
    assert managers_of_repository(source) == {Manager.SOURCE_DEPLOY, Manager.CONFIG_CONNECTOR}
    for key, goes in ((ManagedBy((Manager.SOURCE_DEPLOY,)), 1), (ManagedBy((Manager.TERRAFORM,)), 0)):
        found, _ = images_decided(policies(policy("a", Kind.IMAGE, key)), contents(image("one")), repo=source)
        assert len(found) == goes


def test_a_policy_leaves_alone_what_terraform_manages() -> None:
    others = Not(ManagedBy((Manager.TERRAFORM,)))
    assert of_service(others) == "delete: matched"
    assert of_service(others, labels={"goog-terraform-provisioned": "true"}) == "not-matched"
    assert of_service(others, client="terraform") == "not-matched"
    assert of_service(Expr("!('terraform' in resource.managed_by)", "a"), client="terraform") == "not-matched"


def test_a_revision_is_managed_by_what_manages_its_service() -> None:
    asked = policies(policy("a", Kind.REVISION, Not(ManagedBy((Manager.TERRAFORM,)))))
    for client, verdict in (("terraform", "not-matched"), ("gcloud", "delete: matched")):
        web = service("web", traffic=["r2"], client=client)
        found = workloads(web, revision("web", "r1"), revision("web", "r2", status="active"))
        assert decided(asked, found)["r1"] == verdict


def test_managed_by_waives_no_guard() -> None:
    functions = ManagedBy((Manager.CLOUD_FUNCTIONS,))
    assert of_service(functions, labels={"goog-managed-by": "cloudfunctions"}) == "google-managed"


def test_the_creator_is_a_glob_and_where_google_does_not_say_it_keeps() -> None:
    ours = CreatorIs(("*@example.com", "ci-*"))
    assert of_service(ours, creator="someone@example.com") == "delete: matched"
    assert of_service(ours, creator="someone@example.org") == "not-matched"
    assert of_service(Not(ours), creator="someone@example.org") == "delete: matched"
    for condition in (
        ours,
        Not(ours),
        Expr("resource.creator == ''", "a"),
        Not(Expr("resource.creator == 'a'", "a")),
    ):
        assert of_service(condition, creator="") == "not-matched"


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (Kind.SERVICE, lambda client: service("web", failed=True, client=client)),
        (Kind.JOB, lambda client: job("web", failed=True, client=client)),
        (Kind.WORKER_POOL, lambda client: pool("web", client=client)),
    ],
)
def test_the_client_is_a_glob_and_where_google_does_not_say_it_keeps(
    kind: Kind, found: Callable[[str], Service | Job | WorkerPool]
) -> None:
    by_hand = ClientIs(("cloud-console", "gcloud*"))
    for client, matched, negated in (
        ("gcloud", "delete: matched", "not-matched"),
        ("terraform", "not-matched", "delete: matched"),
        ("", "not-matched", "not-matched"),
    ):
        for condition, verdict in ((by_hand, matched), (Not(by_hand), negated)):
            assert decided(policies(policy("a", kind, condition)), workloads(found(client)))["web"] == verdict


def test_annotations_are_there_equal_or_like_a_glob() -> None:
    noted = {"team": "ml-serving", "run.googleapis.com/x": ""}
    for wanted in ({"team": "*"}, {"team": "ml-serving"}, {"team": "ml-*", "run.googleapis.com/x": "*"}):
        assert of_service(AnnotationsAre(wanted), annotations=noted) == "delete: matched"
        assert of_service(AnnotationsAre(wanted)) == "not-matched"
    assert of_service(Not(AnnotationsAre({"team": "*"})), annotations=noted) == "not-matched"
    assert of_service(Not(AnnotationsAre({"team": "*"}))) == "delete: matched"


def test_the_file_can_name_every_manager() -> None:
    assert get_args(ManagerName) == tuple(each.value for each in Manager)
