"""Credentials stay with Google."""

import json
from pathlib import Path
from typing import Any

import google.auth
import httpx2
import pytest
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import DefaultCredentialsError, RefreshError
from google.cloud import run_v2
from google.cloud.asset_v1 import AssetServiceAsyncClient

from janitor.errors import ObservationError, UsageError
from janitor.gcp import channels
from janitor.gcp.channels import connect
from janitor.gcp.credentials import GoogleAuth, default_project, load_credentials, require_google
from tests.gcp.google import Google, serving


class Token:
    """Credentials with a token and a quota project."""

    quota_project_id = "billed"
    universe_domain = "googleapis.com"

    def before_request(self, _: object, method: str, url: str, headers: dict[str, str]) -> None:
        headers["authorization"] = "Bearer secret"
        headers["x-goog-user-project"] = self.quota_project_id


@pytest.mark.parametrize(
    "host", ["run.googleapis.com", "run.googleapis.com:443", "googleapis.com", "RUN.GoogleAPIs.com"]
)
def test_a_token_may_go_to_google(host: str) -> None:
    assert require_google(host) == host


@pytest.mark.parametrize(
    "host",
    [
        "",
        "127.0.0.1:8085",
        "evilgoogleapis.com",
        "run.googleapis.com.evil.example",
        "googleapis.com@evil.example",
    ],
)
def test_a_token_goes_to_no_other_host(host: str) -> None:
    with pytest.raises(ObservationError, match="refused"):
        require_google(host)


async def asked(url: str) -> list[httpx2.Request]:
    """What is sent when a URL is asked for with a token."""
    sent = []

    def note(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return httpx2.Response(200)

    transport = httpx2.MockTransport(note)
    async with httpx2.AsyncClient(transport=transport, auth=GoogleAuth(Token())) as http:
        await http.get(url)
    return sent


async def test_rest_carries_the_token_and_the_quota_project() -> None:
    (request,) = await asked("https://run.googleapis.com/v1/projects/p/locations")
    assert request.headers["authorization"] == "Bearer secret"
    assert request.headers["x-goog-user-project"] == "billed"


@pytest.mark.parametrize(
    "url", ["https://evil.example/v1", "http://run.googleapis.com/v1", "http://127.0.0.1:8086"]
)
async def test_rest_sends_nothing_where_a_token_must_not_go(url: str) -> None:
    with pytest.raises(ObservationError):
        await asked(url)


async def test_grpc_opens_no_channel_with_credentials_to_another_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(channels, "RUN_HOST", "run.evil.example")
    with pytest.raises(ObservationError, match=r"run\.evil\.example"):
        async with connect(credentials=AnonymousCredentials()):
            pass


async def test_google_is_called_at_its_own_hosts_with_the_quota_project_known() -> None:
    async with connect(credentials=Quota()) as clients:
        clients.client(AssetServiceAsyncClient, channels.ASSET_HOST)
        hosts = {client.transport.host for client in clients.grpc_clients}
        assert hosts == {
            "run.googleapis.com:443", "artifactregistry.googleapis.com:443", "cloudbilling.googleapis.com:443",
            "cloudasset.googleapis.com:443",
        }  # fmt: skip
        assert clients.run_http == "https://run.googleapis.com"
        assert clients.quota_project == "billed"


class Quota(AnonymousCredentials):
    """Anonymous, but counted against a project."""

    quota_project_id = "billed"


async def test_the_emulator_is_sent_no_credentials_and_none_are_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def look(*_: object, **__: object) -> None:
        raise AssertionError("credentials were looked for")

    monkeypatch.setattr(google.auth, "default", look)
    google_ = Google()
    async with serving(google_) as clients:
        await clients.services.list_services(run_v2.ListServicesRequest(parent="projects/p/locations/l"))
        assert clients.quota_project is None
    (metadata,) = google_.metadata
    assert "authorization" not in metadata


def test_the_quota_project_of_the_environment_comes_before_that_of_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    person = {"client_id": "c", "client_secret": "s", "refresh_token": "r", "quota_project_id": "of-the-file"}
    (tmp_path / "person.json").write_text(json.dumps({"type": "authorized_user", **person}))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "person.json"))
    monkeypatch.setattr("google.oauth2.credentials.Credentials.refresh", lambda _, __: None)
    assert load_credentials().quota_project_id == "of-the-file"
    monkeypatch.setenv("GOOGLE_CLOUD_QUOTA_PROJECT", "billed")
    assert load_credentials().quota_project_id == "billed"


def raising(error: Exception) -> Any:
    def default(*_: object, **__: object) -> Any:
        raise error

    return default


def test_missing_credentials_name_the_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(google.auth, "default", raising(DefaultCredentialsError("none found")))
    with pytest.raises(ObservationError, match="DefaultCredentialsError") as raised:
        load_credentials()
    assert "gcloud auth application-default login" in str(raised.value)
    assert "GOOGLE_APPLICATION_CREDENTIALS" in str(raised.value)


def test_credentials_that_have_run_out_are_known_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    class RunOut:
        def refresh(self, _: object) -> None:
            raise RefreshError("Reauthentication is needed")

    monkeypatch.setattr(google.auth, "default", lambda **_: (RunOut(), "p"))
    with pytest.raises(ObservationError, match="a new login is needed"):
        load_credentials()


def test_the_default_project_is_that_of_the_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(google.auth, "default", lambda **_: (object(), "p"))
    assert default_project() == "p"


def test_without_credentials_there_is_no_default_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(google.auth, "default", raising(DefaultCredentialsError("none found")))
    assert default_project() is None


@pytest.mark.parametrize("addresses", [("127.0.0.1:1", None), (None, "http://127.0.0.1:1")])
async def test_half_an_emulator_never_leads_to_google(addresses: tuple[str | None, str | None]) -> None:
    with pytest.raises(UsageError, match="set both"):
        async with connect(*addresses, credentials=AnonymousCredentials()):
            pass
