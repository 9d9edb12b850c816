"""A real browser without a network: Debian's Chromium, driven by Playwright. `make browser` installs what it needs."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from janitor.report.html.render import render_html
from tests.browser.chromium import chromium
from tests.browser.weeks import report_of_weeks
from tests.browser.world import demo_world
from tests.report.summaries import EMPTY, SMALL, large

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Open = Callable[..., "Page"]
DEMO = ("first-day", "after", "weeks")
PAGES = (*DEMO, "empty", "small", "large")


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The report of the demo's world before and after an apply, and reports of nothing, a little and too much."""
    folder = tmp_path_factory.mktemp("world")
    found = {}
    with demo_world(folder) as world:
        world.run("sweep", "--dry-run", "--quiet")
        found["first-day"] = world.page("first-day")
        world.run("sweep", "--apply", "--quiet")
        world.run("sweep", "--dry-run", "--quiet")
        found["after"] = world.page("after")
    weeks = folder / "weeks"
    weeks.mkdir()
    found["weeks"] = report_of_weeks(weeks)
    for name, summary in (("empty", EMPTY), ("small", SMALL), ("large", large(3000))):
        found[name] = folder / f"{name}.html"
        found[name].write_text(render_html(summary), encoding="utf-8")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """One browser for all tests."""
    with chromium() as found:
        yield found


@pytest.fixture
def opened(browser: "Browser", pages: dict[str, Path]) -> Iterator[Open]:
    """Opens a report by its name; whatever the page says on its console or asks a network for fails the test."""
    contexts, said = [], []

    def open_page(name: str, width: int = 1280, **options: Any) -> "Page":
        context = browser.new_context(viewport={"width": width, "height": 800}, offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on(
            "request",
            lambda request: said.append(request.url) if not _is_file(request.url, pages[name]) else None,
        )
        page.goto(pages[name].as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


def _is_file(url: str, path: Path) -> bool:
    return url.partition("#")[0] == path.as_uri()
