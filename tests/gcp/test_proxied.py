"""gRPC, REST and the fetching of tokens take the same proxy."""

import json
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.api_core.exceptions import GoogleAPICallError, ServiceUnavailable
from google.auth.credentials import AnonymousCredentials
from google.cloud import run_v2

from janitor.errors import ObservationError, UsageError
from janitor.gcp.channels import connect
from janitor.gcp.credentials import load_credentials
from janitor.gcp.failures import cause
from janitor.gcp.locations import _get
from janitor.proxies import VARIABLES

# The lowest google-auth does without it: `make bounds` leaves this file out.
pytest.importorskip("cryptography", reason="makes the key of a service account")
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

SERVICES = run_v2.ListServicesRequest(parent="projects/p/locations/l")


class StandIn(socketserver.ThreadingTCPServer):
    """A proxy that notes what it is asked for, and refuses it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        line = self.rfile.readline().decode().strip()
        headers = iter(lambda: self.rfile.readline().strip(), b"")
        login = [found.decode() for found in headers if found.lower().startswith(b"proxy-authorization")]
        self.server.asked.append(" ".join([line, *login]))  # type: ignore[attr-defined]
        self.wfile.write(b"HTTP/1.1 502 ya29.marker\r\nContent-Length: 0\r\n\r\n")


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    for name in (*VARIABLES, "no_proxy", "NO_PROXY", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = StandIn()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def address(server: StandIn) -> str:
    return f"127.0.0.1:{server.server_address[1]}"


async def failures() -> list[str]:
    """How a call by gRPC and one by REST fail."""
    told = []
    async with connect(credentials=AnonymousCredentials()) as clients:
        with pytest.raises(GoogleAPICallError) as raised:
            await clients.services.list_services(SERVICES, retry=None, timeout=10)
        told.append(cause(raised.value))
        with pytest.raises(ServiceUnavailable) as raised:
            await _get(clients, f"{clients.run_http}/v1/projects/p/locations", {})
        told.append(cause(raised.value))
    return told


@pytest.mark.parametrize("name", VARIABLES)
async def test_grpc_and_rest_take_the_same_proxy(
    proxy: StandIn, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, f"http://jan:p%40ss@{address(proxy)}")
    told = await failures()
    asked = set(proxy.asked)
    assert {line.partition(" HTTP/")[0] for line in asked} == {"CONNECT run.googleapis.com:443"}
    logins = {line.rpartition(" ")[2] for line in asked}
    assert logins == {"amFuOnBAc3M="}  # base64 of jan:p@ss
    assert not [line for line in told if "marker" in line or "p@ss" in line or "jan" in line]


def key_file(folder: Path, token_uri: str) -> Path:
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    content = {
        "type": "service_account", "project_id": "p", "private_key_id": "0", "private_key": key.decode(),
        "client_email": "x@p.iam.gserviceaccount.com", "client_id": "1", "token_uri": token_uri,
    }  # fmt: skip
    path = folder / "key.json"
    path.write_text(json.dumps(content))
    return path


def test_tokens_are_fetched_through_it(
    proxy: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = key_file(tmp_path, "https://oauth2.googleapis.com/token")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    monkeypatch.setenv("ALL_PROXY", f"http://{address(proxy)}")
    monkeypatch.setattr("google.auth._exponential_backoff.time.sleep", lambda _: None)
    with pytest.raises(ObservationError) as raised:
        load_credentials()
    assert {line.partition(" HTTP/")[0] for line in proxy.asked} == {"CONNECT oauth2.googleapis.com:443"}
    assert "TransportError" in str(raised.value)
    assert "marker" not in str(raised.value)


@pytest.mark.parametrize(
    "value", ["socks://127.0.0.1:1080/", "socks5h://127.0.0.1:1080", "http://proxy.example:notaport"]
)
async def test_socks_proxy(
    proxy: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", value)
    with pytest.raises(UsageError, match="ALL_PROXY"):
        async with connect(credentials=AnonymousCredentials()):
            pass
    path = key_file(tmp_path, "https://oauth2.googleapis.com/token")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    with pytest.raises(UsageError, match="ALL_PROXY"):
        load_credentials()


async def test_no_proxy_holds_for_both(proxy: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://{address(proxy)}")
    monkeypatch.setenv("NO_PROXY", "googleapis.com")
    await failures()
    assert proxy.asked == []


async def test_networks_and_other_domains_in_no_proxy_leave_google_behind_the_proxy(
    proxy: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://{address(proxy)}")
    monkeypatch.setenv(
        "NO_PROXY", "10.0.0.0/8,0.0.0.0/0,2001:db8::/32,apis.com,.artifactregistry.googleapis.com"
    )
    await failures()
    asked = [line.partition(" HTTP/")[0] for line in proxy.asked]
    assert asked.count("CONNECT run.googleapis.com:443") >= 2, "by gRPC and by REST"
    assert set(asked) == {"CONNECT run.googleapis.com:443"}
