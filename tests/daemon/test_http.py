"""A real server on loopback: what it answers, with which headers, on what it does not depend, and how it ends."""

import asyncio
import http.client
import json
import logging
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import httpx2
import pytest

from janitor.daemon import connections
from janitor.daemon.health import Health
from janitor.daemon.http import Page, serving
from janitor.daemon.metrics import Metrics
from janitor.errors import LedgerError, UsageError
from tests.docs.pages import between, first_column, text_of

PATHS = ("/", "/health", "/healthz", "/ready", "/readyz", "/metrics")
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
}


async def a_page() -> str:
    return "<!doctype html><title>saved</title>"


def failing(error: Exception) -> Page:
    async def page() -> str:
        raise error

    return page


@dataclass
class Daemon:
    """What the server is given, and a client that speaks to it."""

    health: Health = field(default_factory=lambda: Health({}))
    metrics: Metrics = field(default_factory=Metrics)
    page: Page = a_page
    port: int = 0

    @contextmanager
    def served(self) -> Iterator[httpx2.Client]:
        with (
            serving("127.0.0.1", 0, self.health, self.metrics, self.page) as self.port,
            httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30) as client,
        ):
            yield client


@pytest.fixture(scope="module")
def client() -> Iterator[httpx2.Client]:
    with Daemon().served() as client:
        yield client


def test_says_that_it_is_alive(client: httpx2.Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert answer.headers["content-type"] == "application/json"


def test_says_that_its_scheduler_has_fallen_silent() -> None:
    now = 0.0
    health = Health({}, clock=lambda: now, young=60)
    with Daemon(health=health).served() as client:
        for _ in range(61):
            now += 1.0
            health.tick()
        answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "stuck", "why": "the scheduler has not responded for 61 s"}


def test_is_ready_when_all_that_it_needs_is_there() -> None:
    async def good() -> None:
        return None

    daemon = Daemon(health=Health({"database": good, "credentials": good}))
    daemon.health.policies_are(True)
    with daemon.served() as client:
        answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "checks": {"policies": "good", "database": "good", "credentials": "good"},
    }


def test_says_which_thing_is_missing_and_heals_when_it_is_there_again() -> None:
    why: str | None = "the server is away"

    async def database() -> str | None:
        return why

    daemon = Daemon(health=Health({"database": database}, fresh=0))
    daemon.health.policies_are(True)
    with daemon.served() as client:
        away = client.get("/readyz")
        why = None
        back = client.get("/readyz")
    assert away.status_code == 503
    assert away.json() == {
        "status": "not-ready",
        "checks": {"policies": "good", "database": "the server is away"},
    }
    assert back.status_code == 200


def test_shows_the_metrics_as_they_are_now() -> None:
    daemon = Daemon()
    with daemon.served() as client:
        assert 'janitor_runs_skipped_total{run="sweep"} 0.0' in client.get("/metrics").text
        daemon.metrics.run_skipped("sweep")
        answer = client.get("/metrics")
    assert 'janitor_runs_skipped_total{run="sweep"} 1.0' in answer.text
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


def test_shows_the_report(client: httpx2.Client) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.text) == (200, "<!doctype html><title>saved</title>")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_makes_the_report_anew_each_time() -> None:
    made = 0

    async def page() -> str:
        nonlocal made
        made += 1
        return str(made)

    with Daemon(page=page).served() as client:
        assert [client.get("/").text for _ in range(3)] == ["1", "2", "3"]


def test_a_report_that_janitor_knows_why_it_cannot_make_says_so_and_escapes_it() -> None:
    with Daemon(page=failing(LedgerError("The ledger in <b>x</b> is away."))).served() as client:
        answer = client.get("/")
    assert answer.status_code == 503
    assert "<p>The ledger in &lt;b&gt;x&lt;/b&gt; is away.</p>" in answer.text


def test_of_a_bug_the_reader_is_told_the_name_and_the_log_the_rest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Daemon(page=failing(ValueError("token=hunter2"))).served() as client:
        answer = client.get("/")
    assert answer.status_code == 503
    assert "hunter2" not in answer.text
    assert "ValueError" in answer.text
    (line,) = [json.loads(line) for line in capsys.readouterr().err.splitlines() if "page.failed" in line]
    assert line["severity"] == "WARNING"
    assert "test_http.py" in line["traceback"]
    assert "in page" in line["traceback"]
    assert "hunter2" not in line["traceback"]


def test_a_report_that_failed_is_made_when_the_cause_is_gone() -> None:
    broken = True

    async def page() -> str:
        if broken:
            raise LedgerError("away")
        return "whole"

    with Daemon(page=page).served() as client:
        assert client.get("/").status_code == 503
        broken = False
        assert client.get("/").text == "whole"


@pytest.mark.parametrize("path", PATHS)
def test_head_answers_as_get_without_a_body(client: httpx2.Client, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert head.status_code == get.status_code
    assert head.headers["content-type"] == get.headers["content-type"]
    assert head.content == b""


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", PATHS)
def test_whatever_might_change_something_is_not_offered(
    client: httpx2.Client, method: str, path: str
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize("path", ["/sweep", "/healthz/", "/readyz/x", "/%2e%2e/etc", "/healthz%00"])
def test_there_is_nothing_else_and_no_redirect_to_what_a_host_header_says(
    client: httpx2.Client, path: str
) -> None:
    answer = client.get(path, headers={"Host": "localhost:1"})
    assert (answer.status_code, answer.headers.get("location")) == (404, None)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 503),
        ("GET", "/metrics", 200),
        ("HEAD", "/", 200),
        ("GET", "/nothing", 404),
        ("POST", "/", 405),
    ],
)
def test_every_response_carries_the_security_headers_once(
    client: httpx2.Client, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert {name: answer.headers.get_list(name) for name in HEADERS} == {
        name: [value] for name, value in HEADERS.items()
    }


def test_no_response_tells_what_serves_it(client: httpx2.Client) -> None:
    for path in (*PATHS, "/nothing"):
        headers = client.get(path).headers
        assert "server" not in headers
        assert not [name for name in headers if name.startswith("x-powered")]


def test_a_failed_report_carries_the_security_headers_too() -> None:
    with Daemon(page=failing(ValueError("x"))).served() as client:
        answer = client.get("/")
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_a_request_whose_headers_do_not_end_is_refused(client: httpx2.Client) -> None:
    port = client.base_url.port
    assert port is not None
    start = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: "
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(start.ljust(16 * 1024 + 1, b"x"))
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


def test_health_is_answered_while_a_report_is_being_made() -> None:
    asked, go = threading.Event(), threading.Event()

    async def page() -> str:
        asked.set()
        while not go.is_set():
            await asyncio.sleep(0.01)
        return "made"

    daemon = Daemon(page=page)
    with daemon.served() as client:
        texts: list[str] = []
        reader = threading.Thread(
            target=lambda: texts.append(httpx2.get(f"http://127.0.0.1:{daemon.port}/", timeout=30).text)
        )
        reader.start()
        assert asked.wait(30)
        assert client.get("/healthz").status_code == 200
        go.set()
        reader.join(30)
    assert texts == ["made"]


async def test_health_is_answered_while_the_callers_event_loop_is_held_up() -> None:
    with Daemon().served() as client:
        # this call blocks the only event loop of the main thread until it is answered
        assert client.get("/healthz").status_code == 200


def test_idle_connections(client: httpx2.Client) -> None:
    """The case: a hundred that send nothing, and more; each probe is answered meanwhile."""
    port = client.base_url.port
    assert port is not None
    held = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(150)]
    try:
        codes = [
            httpx2.get(f"http://127.0.0.1:{port}{path}").status_code for path in ("/healthz", "/health") * 5
        ]
        assert codes == [200] * 10
        assert held[0].recv(1) == b"", "the oldest idle ones are closed first"
    except ConnectionResetError:
        pass  # closed by a reset
    finally:
        for each in held:
            each.close()


@pytest.mark.parametrize(
    "start", [b"", b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: "]
)
def test_a_request_that_is_not_whole_in_time_is_closed(
    client: httpx2.Client, monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_PATIENCE", 0.3)
    port = client.base_url.port
    assert port is not None
    with socket.create_connection(("127.0.0.1", port), timeout=30) as slow:
        closed = threading.Event()
        with suppress(ConnectionError):
            for byte in start + b"x" * 3000:
                slow.sendall(bytes([byte]))
                if closed.wait(0.01):
                    break
            else:
                pytest.fail("a byte now and then kept it open")


def test_a_connection_that_is_kept_alive_is_closed_when_it_rests(
    client: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_PATIENCE", 0.3)
    port = client.base_url.port
    assert port is not None
    with socket.create_connection(("127.0.0.1", port), timeout=30) as rests:
        rests.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b""
        with suppress(ConnectionResetError):
            while more := rests.recv(4096):
                answer += more
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_health_is_answered_while_many_wait_for_the_report() -> None:
    go = threading.Event()

    async def page() -> str:
        while not go.is_set():
            await asyncio.sleep(0.01)
        return "made"

    daemon = Daemon(page=page)
    with daemon.served() as client:
        codes: list[int] = []
        url = f"http://127.0.0.1:{daemon.port}/"
        readers = [
            threading.Thread(target=lambda: codes.append(httpx2.get(url, timeout=30).status_code))
            for _ in range(15)
        ]
        for reader in readers:
            reader.start()
        while len(codes) < 5:
            assert client.get("/healthz").status_code == 200
        go.set()
        for reader in readers:
            reader.join(30)
    assert sorted(codes) == [200] * 10 + [503] * 5


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "localhost.evil.example", "10.0.0.1", "[::2]:80", ""]
)
def test_host_header(client: httpx2.Client, path: str, host: str) -> None:
    """The case: a website lets its own name point to 127.0.0.1."""
    answer = client.get(path, headers={"Host": host})
    assert answer.status_code == 421
    assert "saved" not in answer.text


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost:80", "localhost.", "127.0.0.1:9", "127.0.0.2", "[::1]", "[::1]:8080"]
)
def test_on_loopback_its_own_names_are_answered(client: httpx2.Client, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


def test_a_probe_of_http_1_0_may_have_no_host(client: httpx2.Client) -> None:
    port = client.base_url.port
    assert port is not None
    with socket.create_connection(("127.0.0.1", port), timeout=30) as probe:
        probe.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert probe.recv(100).startswith(b"HTTP/1.1 200 ")


def test_bound_to_every_address_any_name_is_answered() -> None:
    daemon = Daemon()
    with serving("0.0.0.0", 0, daemon.health, daemon.metrics, a_page) as port:
        answer = httpx2.get(f"http://127.0.0.1:{port}/", headers={"Host": "janitor.example"})
    assert answer.status_code == 200


def test_leaves_no_thread_and_no_socket_though_a_connection_is_kept_open() -> None:
    before = set(threading.enumerate())
    daemon = Daemon()
    with daemon.served():
        port = daemon.port
        kept = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        kept.request("GET", "/healthz")
        assert kept.getresponse().read()
        bare = socket.create_connection(("127.0.0.1", port), timeout=30)
    assert set(threading.enumerate()) == before
    with suppress(ConnectionResetError):  # as closed, where it was not even accepted yet
        assert bare.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=30)
    kept.close()
    bare.close()
    with serving("127.0.0.1", port, daemon.health, daemon.metrics, a_page) as again:
        assert again == port


def test_leaves_though_a_report_never_ends() -> None:
    asked, ended = threading.Event(), threading.Event()

    async def page() -> str:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return ""

    daemon = Daemon(page=page)
    before = set(threading.enumerate())
    with daemon.served():
        reader = socket.create_connection(("127.0.0.1", daemon.port), timeout=30)
        reader.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert asked.wait(30)
    assert ended.is_set()
    assert set(threading.enumerate()) == before
    reader.close()


def test_leaves_when_what_it_served_beside_fails() -> None:
    before = set(threading.enumerate())
    with pytest.raises(KeyError), Daemon().served():
        raise KeyError("a bug elsewhere")
    assert set(threading.enumerate()) == before


def test_takes_no_signal_away_from_the_daemon() -> None:
    def mine(*_: object) -> None: ...

    old = {number: signal.signal(number, mine) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with Daemon().served() as client:
            client.get("/healthz")
            during = {number: signal.getsignal(number) for number in old}
        assert during == dict.fromkeys(old, mine)
        assert {number: signal.getsignal(number) for number in old} == during
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)


def test_a_port_that_is_taken_is_named_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError) as raised, serving("127.0.0.1", port, Health({}), Metrics(), a_page):
            pass
    assert f"port {port} of '127.0.0.1'" in str(raised.value)
    assert "Set PORT to a free port" in str(raised.value)


@pytest.mark.parametrize("host", ["no.such.host.invalid", "198.51.100.7", "a" * 300])
def test_a_host_that_is_not_this_machine_is_a_mistake_of_the_environment(host: str) -> None:
    with pytest.raises(UsageError, match="JANITOR_HOST"), serving(host, 0, Health({}), Metrics(), a_page):
        pass


def test_is_bound_to_the_address_that_was_given_and_to_no_other() -> None:
    with Daemon().served() as client:
        assert client.get("/healthz").status_code == 200
        port = client.base_url.port
        assert port is not None
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port), timeout=30)


def test_the_page_on_operations_lists_each_path_that_is_answered_and_no_other(client: httpx2.Client) -> None:
    listed = first_column(between(text_of("docs/operations.md"), "endpoints").strip())
    assert sorted(listed) == sorted(PATHS)
    assert {client.get(path).status_code for path in listed} <= {200, 503}


def test_the_server_logs_nothing_of_an_ordinary_day(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG), Daemon().served() as client:
        for path in (*PATHS, "/nothing"):
            client.get(path)
    assert [record for record in caplog.records if record.name.startswith("uvicorn")] == []
    assert capfd.readouterr() == ("", "")
