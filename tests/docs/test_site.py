"""The site of the documents: it holds every page, and a broken link or anchor fails its build."""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import PAGES, ROOT


def _listed(nav: Any) -> Iterator[str]:
    """Each page of the navigation."""
    if isinstance(nav, str):
        yield nav
    else:
        for part in nav.values() if isinstance(nav, dict) else nav:
            yield from _listed(part)


def _checkout(folder: Path) -> Path:
    """A folder with what the site is built from."""
    for page in [
        *PAGES,
        *(ROOT / "docs").rglob("*.png"),
        ROOT / "zensical.toml",
        ROOT / "scripts" / "docs.py",
    ]:
        copy = folder / page.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(page, copy)
    shutil.copytree(ROOT / "janitor", folder / "janitor", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("LICENSE", "Dockerfile"):
        shutil.copy(ROOT / name, folder)
    return folder


def _build(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/docs.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_navigation_lists_every_page_once() -> None:
    nav = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]["nav"]
    assert sorted(_listed(nav)) == sorted(str(page.relative_to(ROOT)) for page in PAGES)


def test_the_site_is_built_and_asks_no_other_host(tmp_path: Path) -> None:
    done = _build(_checkout(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    pages = sorted((tmp_path / "build" / "site").rglob("index.html"))
    assert len(pages) == len(PAGES)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert 'janitor/sweep/sweep.py"' not in text, "a link to a source file"
        assert '<link href="http' not in text
        assert 'src="http' not in text
        assert "```" not in text, f"{page}: a fence was not read"


@pytest.mark.parametrize("link", ["[kinds](docs/no-such-page.md)", "[kinds](docs/kinds.md#no-such-heading)"])
def test_a_broken_link_or_anchor_fails_the_build(tmp_path: Path, link: str) -> None:
    checkout = _checkout(tmp_path)
    with (checkout / "README.md").open("a", encoding="utf-8") as page:
        page.write(f"\nSee {link}.\n")
    done = _build(checkout)
    assert done.returncode != 0
    assert "does not exist" in done.stdout + done.stderr
