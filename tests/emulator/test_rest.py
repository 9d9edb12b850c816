"""Cloud Run's REST v1: the locations of a project."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx2
import pytest

from tests.emulator.asking import Google, google, troubled

PATH = "/v1/projects/shop/locations"


def test_lists_regions_some_without_the_projects_prefix(asked: Google) -> None:
    body = httpx2.get(asked.emulator.http + PATH).json()
    names = [location["name"] for location in body["locations"]]
    assert names == [
        "shop/locations/asia-northeast3",
        "projects/shop/locations/europe-west1",
        "shop/locations/us-central1",
    ]
    assert [location["locationId"] for location in body["locations"]] == [
        "asia-northeast3",
        "europe-west1",
        "us-central1",
    ]
    assert asked.emulator.calls == [("ListRunLocations", "projects/shop")]


def test_gives_them_page_by_page(asked: Google) -> None:
    first = httpx2.get(asked.emulator.http + PATH, params={"pageSize": 2}).json()
    second = httpx2.get(
        asked.emulator.http + PATH, params={"pageSize": 2, "pageToken": first["nextPageToken"]}
    ).json()
    assert [len(page["locations"]) for page in (first, second)] == [2, 1]
    assert "nextPageToken" not in second


def test_errors_are_googles_json() -> None:
    rule = "rpc: ListRunLocations, permission_denied: {reason: SERVICE_DISABLED}"
    with google(troubled(rule)) as asked:
        reply = httpx2.get(asked.emulator.http + PATH)
    assert reply.status_code == 403
    error = reply.json()["error"]
    assert (error["code"], error["status"]) == (403, "PERMISSION_DENIED")
    assert error["details"][0]["@type"] == "type.googleapis.com/google.rpc.ErrorInfo"
    assert error["details"][0]["reason"] == "SERVICE_DISABLED"


def test_quota_and_unavailability_have_their_status() -> None:
    rules = """
        rpc: ListRunLocations, resource_exhausted: {retry_after: 1s}, times: 1
        rpc: ListRunLocations, unavailable: true, skip: 0, times: 1
    """
    with google(troubled(rules)) as asked:
        statuses = [httpx2.get(asked.emulator.http + PATH).status_code for _ in range(3)]
    assert statuses[0] == 429
    assert statuses[-1] == 200


def test_refuses_everything_else(asked: Google) -> None:
    http = asked.emulator.http
    assert httpx2.get(http + "/v1/projects/other/locations").status_code == 403
    assert httpx2.get(http + "/v2/projects/shop/locations").status_code == 404
    assert httpx2.post(http + PATH).status_code == 404
    assert httpx2.get(http + PATH, params={"pageSize": "x"}).status_code == 400
    assert httpx2.get(http + PATH, params={"pageToken": "x"}).status_code == 400


@pytest.mark.parametrize(
    ("clock", "ahead"), [("now", 0), ("in 2h", 7200), ("1d ago", -86400), ("1970-01-01T00:00:00Z", None)]
)
def test_every_answer_says_what_googles_clock_shows(clock: str, ahead: int | None) -> None:
    with google(f"clock: {clock}\nprojects: {{shop: {{}}}}") as asked:
        good, bad = (httpx2.get(asked.emulator.http + path) for path in (PATH, "/v2"))
    for reply in (good, bad):
        shown = parsedate_to_datetime(reply.headers["Date"])
        expected = (
            datetime.now(UTC) + timedelta(seconds=ahead)
            if ahead is not None
            else datetime.fromtimestamp(0, UTC)
        )
        assert abs(shown - expected) < timedelta(minutes=1)


def test_answers_without_a_date_where_the_world_says_so() -> None:
    with google("clock: none\nprojects: {shop: {}}") as asked:
        assert "Date" not in httpx2.get(asked.emulator.http + PATH).headers
