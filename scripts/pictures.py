"""`make pictures`: draws the pictures of docs/images, from the demo's world and by a real browser.

The Slack message is a drawing of its blocks: Slack itself is not asked.
"""

import fcntl
import html
import io
import json
import os
import pty
import re
import struct
import sys
import tempfile
import termios
from collections.abc import Iterator, Mapping
from pathlib import Path
from subprocess import Popen
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from tests.browser.chromium import chromium
from tests.browser.weeks import report_of_weeks
from tests.browser.world import JANITOR, ROOT, World, demo_world

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IMAGES = ROOT / "docs" / "images"
WIDTHS = (80, 120, 200)
_LINES_SHOWN = 34
_FONT = "font:14px/1.35 'DejaVu Sans Mono',monospace"
_TERMINAL = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #14181d; }}
pre {{ margin: 0; padding: 18px 22px; display: inline-block; color: #e6e9ed; {font}; }}
</style><pre>{text}</pre>"""
_SLACK = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #fff; color: #1d1c1d; font: 15px/1.47 "Liberation Sans", Arial, sans-serif; }}
article {{ width: 740px; padding: 18px 22px; }}
h1 {{ font-size: 18px; margin: 0 0 8px; }}
p {{ margin: 0 0 8px; white-space: pre-wrap; }}
code {{ font: 12px/1.5 "DejaVu Sans Mono", monospace; color: #b3243f; background: #f7f7f8; border: 1px solid #dcdcde;
  border-radius: 3px; padding: 1px 3px; }}
a {{ color: #1264a3; text-decoration: none; }}
small {{ color: #616061; font-size: 13px; }}
</style><article>{text}</article>"""
_MARKS = (
    (re.compile(r"`([^`\n]+)`"), r"<code>\1</code>"),
    (re.compile(r"(?<!\w)\*([^*\n]+)\*(?!\w)"), r"<b>\1</b>"),
    (re.compile(r"(?<!\w)_([^_\n]+)_(?!\w)"), r"<i>\1</i>"),
    (re.compile(r"<(https?://[^|>]+)\|([^>]+)>"), r'<a href="\1">\2</a>'),
    (re.compile(r":warning:"), "⚠️"),
)


def main() -> None:
    """All pictures, or those whose names are given."""
    wanted = set(sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder, demo_world(Path(folder)) as world, chromium() as browser:
        drawings = {f"table-{width}": terminal(table(world, width)) for width in WIDTHS}
        world.run(
            "sweep", "--apply", "--quiet", "--policy", "failed-services", "--policy", "abandoned-repositories"
        )
        world.run("sweep", "--dry-run", "--quiet")
        page = world.page("report")
        drawings["slack"] = slack(json.loads(world.run("report", "--slack", "--dry-run", "--since", "7d")))
        for name, drawing in drawings.items():
            path = Path(folder) / f"{name}.html"
            path.write_text(drawing, encoding="utf-8")
            if not wanted or name in wanted:
                shoot(browser, path, IMAGES / f"{name}.png", "pre, article")
        if not wanted or "report-dark" in wanted:
            shoot(browser, page, IMAGES / "report-dark.png", "body", "dark")
        if not wanted or "report-weeks" in wanted:
            weeks = Path(folder) / "weeks"
            weeks.mkdir()
            shoot(browser, report_of_weeks(weeks), IMAGES / "report-weeks.png", "body")


def shoot(browser: "Browser", page: Path, picture: Path, element: str, scheme: Any = "light") -> None:
    """One element of a page as a picture."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True, color_scheme=scheme)
    opened = context.new_page()
    opened.goto(page.as_uri())
    opened.locator(element).first.screenshot(path=picture)
    context.close()
    print(picture.relative_to(ROOT))


def table(world: World, width: int) -> str:
    """The table of a dry run as a terminal of this width shows it, with its colours."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    env: Mapping[str, str] = {**world.env, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    command = [*JANITOR, "sweep", "--dry-run", "--quiet"]
    with Popen(command, cwd=world.folder, env=env, stdout=follower, stderr=follower, stdin=follower) as sweep:
        os.close(follower)
        printed = b"".join(_printed(leader))
    os.close(leader)
    if sweep.returncode:
        raise RuntimeError(f"janitor sweep --dry-run ended with {sweep.returncode}: {printed.decode()}")
    lines = printed.decode().replace("\r\n", "\n").splitlines()
    more = [f"… {len(lines) - _LINES_SHOWN} more lines"] if len(lines) > _LINES_SHOWN else []
    return "\n".join(["$ janitor sweep --dry-run", *lines[:_LINES_SHOWN], *more])


def _printed(leader: int) -> Iterator[bytes]:
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:  # Linux says so when the other end is closed
            return
        if not part:
            return
        yield part


def terminal(text: str) -> str:
    """A terminal's output as a page."""
    console = Console(
        record=True, width=220, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(Text.from_ansi(text), soft_wrap=True)
    written = console.export_html(inline_styles=True, code_format="{code}")
    return _TERMINAL.format(font=_FONT, text="\n".join(line.rstrip() for line in written.splitlines()))


def slack(sent: Any) -> str:
    """The first message's blocks as a page; their mark-up as Slack's documentation describes it."""
    message = sent[0] if isinstance(sent, list) else sent
    return _SLACK.format(text="\n".join(_block(block) for block in message["blocks"]))


def _block(block: Mapping[str, Any]) -> str:
    match block:
        case {"type": "header", "text": {"text": text}}:
            return f"<h1>{html.escape(text)}</h1>"
        case {"type": "section", "text": {"text": text}}:
            return f"<p>{_marked(text)}</p>"
        case {"type": "context", "elements": elements}:
            return "".join(f"<p><small>{_marked(each['text'])}</small></p>" for each in elements)
        case _:
            raise ValueError(f"no block that this draws: {block}")


def _marked(text: str) -> str:
    """Slack's mark-up as HTML: `&`, `<` and `>` are escaped in it as in HTML, but for the links."""
    for pattern, written in _MARKS:
        text = pattern.sub(written, text)
    return text


if __name__ == "__main__":
    main()
