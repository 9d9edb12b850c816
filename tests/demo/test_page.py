"""The demo's HTML report: on a shared machine nobody's file is replaced, and nobody else reads it."""

import stat
from pathlib import Path

import pytest

from janitor.demo.story import new_page


def test_each_demo_writes_its_page_into_a_new_folder_of_its_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    theirs = tmp_path / "janitor-report.html"
    theirs.write_text("of another user")
    first, second = new_page(), new_page()
    assert len({theirs, first, second}) == 3
    assert stat.S_IMODE(first.parent.stat().st_mode) == 0o700
    assert first.parent.parent == tmp_path
    first.write_text("mine")
    assert theirs.read_text() == "of another user"
