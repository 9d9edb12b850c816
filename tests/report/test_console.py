"""Links to the Google Cloud console: the page of a resource, never an address that a name could choose."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given

from janitor.model.kinds import Kind
from janitor.report.data.console import console_url, repository_url
from tests.report.any_summary import KINDS, TEXTS

CONSOLE = "https://console.cloud.google.com"
AT = "projects/p/locations/us-east1"


@pytest.mark.parametrize(
    ("kind", "name", "path"),
    [
        (Kind.SERVICE, "services/web", "run/detail/us-east1/web/metrics"),
        (Kind.REVISION, "services/web/revisions/web-1", "run/detail/us-east1/web/revisions"),
        (Kind.TRAFFIC_TAG, "services/web/tags/next", "run/detail/us-east1/web/revisions"),
        (Kind.JOB, "jobs/nightly", "run/jobs/details/us-east1/nightly/executions"),
        (Kind.EXECUTION, "jobs/nightly/executions/nightly-1", "run/jobs/details/us-east1/nightly/executions"),
        (Kind.WORKER_POOL, "workerPools/queue", "run/worker-pools"),
        (
            Kind.IMAGE,
            "repositories/r/packages/a%2Fb/versions/sha256:1",
            "artifacts/docker/p/us-east1/r/a%2Fb",
        ),
        (Kind.TAG, "repositories/r/packages/a/tags/v1", "artifacts/docker/p/us-east1/r/a"),
        (Kind.VERSION, "repositories/r/packages/a/versions/1.0", "artifacts"),
        (Kind.REPOSITORY, "repositories/r", "artifacts"),
    ],
)
def test_each_kind_leads_to_its_page_or_the_nearest_one(kind: Kind, name: str, path: str) -> None:
    assert console_url(kind, f"{AT}/{name}") == f"{CONSOLE}/{path}?project=p"


def test_the_address_of_a_repository_holds_its_format() -> None:
    assert repository_url(f"{AT}/repositories/r", "npm") == f"{CONSOLE}/artifacts/npm/p/us-east1/r?project=p"
    assert repository_url(f"{AT}/repositories/r", "?x=/../") == f"{CONSOLE}/artifacts?project=p"


@pytest.mark.parametrize("name", ["", "web", "projects/p/locations/l", "projects//locations/l/services/w"])
def test_a_name_of_another_shape_has_no_page(name: str) -> None:
    assert console_url(Kind.SERVICE, name) is None
    assert repository_url(name, "docker") is None


def test_a_kind_of_a_later_version_has_no_page() -> None:
    assert console_url("run.domain", f"{AT}/domains/d") is None


@given(KINDS, TEXTS, TEXTS)
def test_no_name_leads_elsewhere_or_ends_the_attribute(kind: str, one: str, other: str) -> None:
    url = console_url(kind, f"projects/{one}/locations/{other}/services/{one}/packages/{other}")
    if url is not None:
        assert urlsplit(url).netloc == "console.cloud.google.com"
        assert url.isascii()
        assert not set(url) & set("\"'<> \\")
