"""Links between pages lead somewhere."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, prose

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def _anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get, by GitHub's rule."""
    headings = re.findall(r"^#+ +(.*)$", prose(page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def _leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists() or not target.is_relative_to(ROOT):
        return False
    return not anchor or anchor in _anchors(target)


def _broken(page: Path) -> list[str]:
    links = [link for link in _LINK.findall(prose(page.read_text(encoding="utf-8"))) if "://" not in link]
    return [link for link in links if not _leads_somewhere(page, link)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_page_or_a_heading_leads_there(page: Path) -> None:
    assert _broken(page) == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, coming = set[Path](), [ROOT / "README.md"]
    while coming:
        page = coming.pop()
        if page in reached:
            continue
        reached.add(page)
        for link in _LINK.findall(prose(page.read_text(encoding="utf-8"))):
            target = (page.parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.exists():
                coming.append(target)
    assert [str(page.relative_to(ROOT)) for page in PAGES if page not in reached] == []
