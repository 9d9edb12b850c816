"""A Slack on this machine: a webhook and `chat.postMessage`, with Slack's limits, in every mood."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.notify.limits import error_of

WEBHOOK_PATH = "/services/T0000/B0000/SecretOfTheWebhook"
TOKEN = "xoxb-secret-of-the-bot"
CHANNEL = "C0JANITOR"


@dataclass(frozen=True)
class Mood:
    """What one request gets. Without a status: what Slack would say to it. `hang`: nothing, ever."""

    status: int | None = None
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    hang: bool = False
    drop: bool = False


@dataclass
class Taken:
    """One request: its path, its JSON, the token in it."""

    path: str
    payload: dict[str, Any]
    authorization: str | None


@dataclass
class StandIn:
    """What it was sent, and how it answers: `moods` first, one a request, then as Slack does."""

    moods: list[Mood] = field(default_factory=list)
    requests: list[Taken] = field(default_factory=list)
    posted: list[dict[str, Any]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def webhook_url(self) -> str:
        return f"http://127.0.0.1:{self.port}{WEBHOOK_PATH}"

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    def mood(self) -> Mood:
        return self.moods.pop(0) if self.moods else Mood()


@contextmanager
def slack_stand_in(*moods: Mood) -> Iterator[StandIn]:
    """One that listens while the block runs."""
    stand_in = StandIn(list(moods))

    class Handler(_Handler):
        slack = stand_in

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        stand_in.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield stand_in
        finally:
            stand_in.over.set()
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    slack: StandIn

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        mood = self.slack.mood()
        payload = json.loads(body)
        self.slack.requests.append(Taken(self.path, payload, self.headers["Authorization"]))
        if mood.hang:
            self.slack.over.wait()
        elif mood.drop:
            self.connection.close()
        elif mood.status is not None:
            self._say(mood.status, mood.body, mood.headers)
        elif self.path == WEBHOOK_PATH:
            self._as_webhook(payload)
        elif self.path == "/api/chat.postMessage":
            self._as_api(payload)
        else:
            self._say(404, "no_service")

    def do_GET(self) -> None:
        """Nothing of janitor's asks so; what follows a redirect does."""
        self.slack.requests.append(Taken(self.path, {}, self.headers["Authorization"]))
        self._say(200, "ok")

    def _as_webhook(self, payload: dict[str, Any]) -> None:
        if error := error_of(payload):
            self._say(400, error)
        else:
            self.slack.posted.append(payload)
            self._say(200, "ok")

    def _as_api(self, payload: dict[str, Any]) -> None:
        """Web API methods answer 200 with `ok: false` and a code."""
        error = error_of(payload)
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            error = "invalid_auth"
        elif payload.get("channel") != CHANNEL:
            error = "channel_not_found"
        if error:
            details = {"messages": [f"[ERROR] {error} [json-pointer:/blocks]"]}
            self._say_json({"ok": False, "error": error, "response_metadata": details})
            return
        self.slack.posted.append(payload)
        self._say_json({"ok": True, "channel": CHANNEL, "ts": f"1763888400.{len(self.slack.posted):06}"})

    def _say_json(self, body: dict[str, Any]) -> None:
        self._say(200, json.dumps(body), (("Content-Type", "application/json; charset=utf-8"),))

    def _say(self, status: int, body: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        data = body.encode()
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(data)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""
