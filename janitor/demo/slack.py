"""A Slack for the demo: a webhook on this machine that prints what it is sent as a person would see it."""

import json
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from janitor.model.text import safe_text

WIDTH = 100
_PATH = "/services/T0DEMO/B0DEMO/demo"
_EMOJI = {":warning:": "⚠"}
# In this order: what stands in code is no mark-up, and what is escaped is none either.
_MARK_UP = re.compile(
    r"```\n?(?P<block>.*?)\n?```|`(?P<code>[^`\n]+)`|(?<!\w)\*(?P<bold>[^*\n]+)\*(?!\w)"
    r"|<https?://[^|>]+\|(?P<link>[^>]+)>|(?<!\w)_(?P<italic>[^_\n]+)_(?!\w)|(?P<emoji>:[a-z]+:)",
    re.DOTALL,
)
_STYLES = {"block": "cyan", "code": "cyan", "bold": "bold", "italic": "italic", "link": "underline"}


@contextmanager
def slack_on_this_machine(show: Callable[[str], object] = print) -> Iterator[str]:
    """The URL of a webhook that listens while the block runs; `show` is given each message, one at a time."""
    lock = threading.Lock()

    class Webhook(_Webhook):
        def seen(self, message: str) -> None:
            with lock:
                show(message)

    with ThreadingHTTPServer(("127.0.0.1", 0), Webhook) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}{_PATH}"
        finally:
            server.shutdown()
            thread.join()


class _Webhook(BaseHTTPRequestHandler):
    """Answers as Slack's webhooks do: ``ok``, or a code."""

    timeout = 10

    def seen(self, message: str) -> None:
        raise NotImplementedError

    def do_POST(self) -> None:
        try:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            message = as_seen(json.loads(body), colour=sys.stdout.isatty())
        except (ValueError, KeyError, TypeError, AttributeError):
            self._answer(400, "invalid_payload")
            return
        if self.path != _PATH:
            self._answer(404, "no_service")
            return
        self.seen(message)
        self._answer(200, "ok")

    def _answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """The message itself is what is shown."""


def as_seen(payload: Mapping[str, Any], colour: bool = False) -> str:
    """A message in a box of at most 100 columns; without blocks, its text."""
    blocks = payload.get("blocks") or [
        {"type": "section", "text": {"type": "mrkdwn", "text": payload["text"]}}
    ]
    drawn: list[RenderableType] = []
    for position, block in enumerate(blocks):
        drawn += [Text("")] * (position > 0) + list(_drawn(block))
    stream = StringIO()
    console = Console(file=stream, width=WIDTH, force_terminal=colour, no_color=not colour, highlight=False)
    console.print(Panel(Group(*drawn), title="#costs", title_align="left", padding=(1, 2)))
    return stream.getvalue().rstrip("\n")


def _drawn(block: Mapping[str, Any]) -> Iterable[RenderableType]:
    match block:
        case {"type": "header", "text": text}:
            yield Text(safe_text(text["text"]), style="bold underline")
        case {"type": "section"}:
            if "text" in block:
                yield _text(block["text"])
            if "fields" in block:
                yield _columns(block["fields"])
        case {"type": "context", "elements": elements}:
            for each in elements:
                small = _text(each)
                small.style = "dim"
                yield small
        case {"type": "divider"}:
            yield Rule(style="dim")
        case _:
            raise ValueError(f"no block that this draws: {block}")


def _columns(fields: list[Any]) -> Table:
    """Two beside each other."""
    table = Table.grid(padding=(0, 4), expand=True)
    for _ in range(2):
        table.add_column(ratio=1)
    for start in range(0, len(fields), 2):
        table.add_row(*map(_text, fields[start : start + 2]))
    return table


def _text(text: Mapping[str, Any]) -> Text:
    """Plain, or with Slack's mark-up in place of its marks."""
    if text["type"] == "plain_text":
        return Text(_line(text["text"]))
    shown, end = Text(), 0
    for mark in _MARK_UP.finditer(text["text"]):
        shown.append(_line(text["text"][end : mark.start()]))
        kind, inner = next((kind, inner) for kind, inner in mark.groupdict().items() if inner is not None)
        shown.append(_EMOJI.get(inner, inner) if kind == "emoji" else _line(inner), _STYLES.get(kind))
        end = mark.end()
    shown.append(_line(text["text"][end:]))
    return shown


def _line(text: str) -> str:
    return "\n".join(safe_text(unescape(line)) for line in text.split("\n"))
