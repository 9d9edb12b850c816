"""What a person who waits is told: locations, repositories and images while observing, then deletions."""

import pytest

from janitor.cli.app import run
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import POLICIES, image, world


def test_progress_tells_of_every_stage_that_takes_long(
    place: Placing, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("janitor.cli.progress._EVERY_SECONDS", 0.0)
    here = place(world(image("a"), image("b")))
    (here.folder / "policies.yaml").write_text(POLICIES, encoding="utf-8")
    assert run(["sweep", "--apply"]) == 0
    told = capfd.readouterr().err
    assert "locations: 3 of 3, prices: 1 of 1, repositories: 1 of 1, images: 2, deletions: 2 of 2" in told


def test_quiet_tells_nothing(place: Placing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("janitor.cli.progress._EVERY_SECONDS", 0.0)
    done = place(world(image("a"))).sweep("--apply")
    assert done.code == 0
    assert "images: " not in done.err
