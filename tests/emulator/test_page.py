"""What docs/emulator.md shows is a world, and what it lists is all there is."""

import re
from pathlib import Path

from janitor.emulator.rpcs import names
from janitor.emulator.troubles import KINDS
from janitor.emulator.world import parse

PAGE = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")


def test_every_world_on_the_page_can_be_served() -> None:
    worlds = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert len(worlds) == 7
    for world in worlds:
        parse(world)


def test_the_page_lists_every_rpc() -> None:
    table = PAGE.partition("\n## What is served\n")[2].partition("\n\nA page has")[0]
    assert set(re.findall(r"`(\w+)`", table)) == names()


def test_the_page_lists_every_trouble() -> None:
    table = PAGE.partition("| What | Happens |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == list(KINDS)
