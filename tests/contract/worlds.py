"""Things as Google's protos have them, for project p in us-central1; ages in days."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from google.cloud import artifactregistry_v1 as ar
from google.cloud import run_v2

from tests.contract.server import Cloud

PLACE = "projects/p/locations/us-central1"
REPOSITORY = f"{PLACE}/repositories/r"
HOST = "us-central1-docker.pkg.dev/p/r"
State = run_v2.Condition.State
Retired = run_v2.Condition.RevisionReason.RETIRED
LATEST = run_v2.TrafficTargetAllocationType.TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST


def digest(label: str) -> str:
    """A digest of its own for each label."""
    return f"sha256:{sha256(label.encode()).hexdigest()}"


def ago(days: int) -> datetime:
    """That many days before now."""
    return datetime.now(UTC) - timedelta(days=days)


def version(label: str, package: str = "team%2Fapp") -> str:
    """Google's name of an image of repository r."""
    return f"{REPOSITORY}/packages/{package}/versions/{digest(label)}"


def image(
    label: str, *tags: str, days: int | None = 90, children: tuple[str, ...] = (), package: str = "team%2Fapp"
) -> ar.DockerImage:
    """One docker image; `days` None is a time that is unset."""
    found = ar.DockerImage(
        name=f"{REPOSITORY}/dockerImages/{package}@{digest(label)}",
        uri=f"{HOST}/{package.replace('%2F', '/')}@{digest(label)}",
        tags=tags,
        image_size_bytes=1000,
        image_manifests=[ar.ImageManifest(digest=digest(child)) for child in children],
    )
    if days is not None:
        found.upload_time = ago(days)
    return found


def revision(service: str, name: str, image: str, *, ready: bool = True, retired: int = 0) -> run_v2.Revision:
    """A revision; `retired` so many days ago, 0 is not."""
    conditions = [run_v2.Condition(type_="Ready", state=State.CONDITION_SUCCEEDED)]
    if not ready:
        conditions = [run_v2.Condition(type_="Ready", state=State.CONDITION_FAILED)]
    if retired:
        conditions = [
            run_v2.Condition(type_="Ready", state=State.CONDITION_SUCCEEDED, revision_reason=Retired),
            run_v2.Condition(
                type_="Active",
                state=State.CONDITION_FAILED,
                revision_reason=Retired,
                last_transition_time=ago(retired),
            ),
        ]
    return run_v2.Revision(
        name=f"{PLACE}/services/{service}/revisions/{name}",
        service=service,
        uid=f"uid-{name}",
        etag=f'"{name}/e+"',
        create_time=ago(retired + 1),
        containers=[run_v2.Container(image=image)],
        conditions=conditions,
    )


def serving(name: str, latest: str, full_names: bool) -> run_v2.Service:
    """A service whose latest revision serves: by LATEST, and no revision is named in its traffic."""
    named = f"{PLACE}/services/{name}/revisions/{latest}" if full_names else latest
    return run_v2.Service(
        name=f"{PLACE}/services/{name}",
        uid=f"uid-{name}",
        etag=f'"{name}/e+"',
        update_time=ago(60),
        uri=f"https://{name}.example",
        terminal_condition=run_v2.Condition(type_="Ready", state=State.CONDITION_SUCCEEDED),
        traffic_statuses=[run_v2.TrafficTargetStatus(type_=LATEST, percent=100)],
        latest_ready_revision=named,
        latest_created_revision=named,
        template=run_v2.RevisionTemplate(containers=[run_v2.Container(image=f"{HOST}/team/app:v1")]),
    )


def failed(name: str, latest: str, full_names: bool) -> run_v2.Service:
    """A service that never served; the revision that failed is its latest ready one, as recorded."""
    service = serving(name, latest, full_names)
    service.uri, service.traffic_statuses = "", []
    service.terminal_condition = run_v2.Condition(
        type_="Ready",
        state=State.CONDITION_FAILED,
        revision_reason=run_v2.Condition.RevisionReason.HEALTH_CHECK_CONTAINER_ERROR,
    )
    service.template.containers[0].image = f"{HOST}/team/broken:v1"
    return service


def cloud(full_names: bool = True, held: str = "index", **how: object) -> Cloud:
    """A service that serves, one that failed, retired revisions, a job, and images of every fate.

    `held` is what the serving revision names of a multi-arch image: its index, or a child.
    """
    made = Cloud(**how)  # type: ignore[arg-type]
    app = f"{HOST}/team/app"
    for service in (serving("web", "web-3", full_names), failed("dead", "dead-1", full_names)):
        made.services[service.name] = service
    for each in (
        revision("web", "web-3", f"{app}@{digest(held)}"),
        revision("web", "web-2", f"{app}@{digest('freed')}", retired=40),
        revision("web", "web-1", f"{app}@{digest('freed')}", retired=50),
        revision("dead", "dead-1", f"{HOST}/team/broken@{digest('broken')}", ready=False),
    ):
        made.revisions[each.name] = each
    job = run_v2.Job(name=f"{PLACE}/jobs/nightly")
    job.template.template.containers = [run_v2.Container(image=f"{app}:nightly")]
    made.jobs[job.name] = job
    made.repositories[REPOSITORY] = ar.Repository(
        name=REPOSITORY, format_="DOCKER", mode="STANDARD_REPOSITORY", size_bytes=10_000, update_time=ago(90)
    )
    made.images[REPOSITORY] = [
        image("index", "v1", children=("child", "other-child")), image("child"), image("other-child"),
        image("freed"), image("nightly", "nightly"), image("old", "old", "older"), image("bare"),
        image("bare-2"), image("timeless", days=None), image("young", days=1),
        image("old-index", "multi", children=("old-child",)), image("old-child"),
        image("broken", "v1", package="team%2Fbroken"),
    ]  # fmt: skip
    return made
