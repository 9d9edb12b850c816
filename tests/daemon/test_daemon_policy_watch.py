"""The policy file in force: read when it changes, whatever its times say, and kept while it is broken."""

import os
from pathlib import Path

import pytest

from janitor.daemon.policy_watch import PolicyWatch, Rejected, Reloaded
from janitor.settings import SweepRequest
from janitor.store.policy_file import default_policies
from tests.daemon.daemon_fakes import FILE, World, request

OTHER = FILE.replace("24h", "48h")
BROKEN = FILE + "polices: []\n"
REFERENCE = "us-central1-docker.pkg.dev/p/r/app:v1\n"


@pytest.fixture
async def watch(world: World) -> PolicyWatch:
    """One that has seen the file as it is."""
    watch = world.watch()
    assert [await watch.look(), await watch.look(), await watch.look()] == [None, None, None]
    return watch


async def test_what_changes_is_read_once_it_stays_the_same(world: World, watch: PolicyWatch) -> None:
    before = watch.request
    world.file.write_text(OTHER[:40])
    assert await watch.look() is None
    world.file.write_text(OTHER)
    assert await watch.look() is None
    found = await watch.look()
    assert isinstance(found, Reloaded)
    assert (found.before, found.after, found.changed) == (before, watch.request, True)
    assert watch.request.policies.digest != before.policies.digest
    assert await watch.look() is None


async def test_a_change_that_keeps_size_and_times_is_seen(world: World, watch: PolicyWatch) -> None:
    times = world.file.stat()
    world.file.write_text(FILE.replace("24h", "25h"))
    os.utime(world.file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert await watch.look() is None
    assert isinstance(await watch.look(), Reloaded)


async def test_a_new_time_without_a_new_content_is_no_change(world: World, watch: PolicyWatch) -> None:
    os.utime(world.file, (0, 0))
    assert [await watch.look(), await watch.look()] == [None, None]


async def test_a_change_between_the_first_reading_and_the_first_look_is_seen(world: World) -> None:
    watch = world.watch()
    world.file.write_text(OTHER)
    found = [await watch.look(), await watch.look()]
    assert isinstance(found[1], Reloaded)


async def test_a_broken_file_is_told_once_and_changes_nothing(world: World, watch: PolicyWatch) -> None:
    before = watch.request
    world.file.write_text(BROKEN)
    assert await watch.look() is None
    found = await watch.look()
    assert isinstance(found, Rejected)
    assert "policies.yaml:5:1" in found.message
    assert found.is_news
    assert [await watch.look(), await watch.look()] == [None, None]
    assert watch.request is before


async def test_another_broken_content_is_news_and_the_same_is_not(world: World, watch: PolicyWatch) -> None:
    world.file.write_text(BROKEN)
    first = await watch.reload()
    again = await watch.reload()
    world.file.write_text(BROKEN + "# more\n")
    other = await watch.reload()
    assert [found.is_news for found in (first, again, other) if isinstance(found, Rejected)] == [
        True, False, True,
    ]  # fmt: skip


async def test_a_mended_file_is_told_though_it_says_what_was_in_force(
    world: World, watch: PolicyWatch
) -> None:
    world.file.write_text(BROKEN)
    await watch.reload()
    world.file.write_text(FILE)
    assert await watch.look() is None
    found = await watch.look()
    assert isinstance(found, Reloaded)
    assert not found.changed
    assert await watch.look() is None


async def test_a_file_that_is_gone_is_broken_and_nothing_else_takes_its_place(
    world: World, watch: PolicyWatch
) -> None:
    before = watch.request
    world.file.unlink()
    found = await watch.reload()
    assert isinstance(found, Rejected)
    assert watch.request is before


async def test_a_reference_file_that_changes_is_a_change(world: World) -> None:
    named = FILE.replace("policies:", "protect: {references: [gke.txt]}\npolicies:")
    world.file.write_text(named)
    (world.folder / "gke.txt").write_text(REFERENCE)
    watch = world.watch()
    assert [await watch.look(), await watch.look(), await watch.look()] == [None, None, None]
    (world.folder / "gke.txt").write_text(REFERENCE.replace("v1", "v2"))
    assert await watch.look() is None
    assert isinstance(await watch.look(), Reloaded)
    assert watch.request.policies.protect.references[0].endswith(":v2")


async def test_a_file_that_lacked_a_reference_file_is_mended_when_that_one_comes(
    world: World, watch: PolicyWatch
) -> None:
    """The policy file itself does not change then."""
    world.file.write_text(FILE.replace("policies:", "protect: {references: [gke.txt]}\npolicies:"))
    assert isinstance(await watch.reload(), Rejected)
    (world.folder / "gke.txt").write_text(REFERENCE)
    assert isinstance(await watch.look(), Reloaded)
    (world.folder / "gke.txt").write_text(REFERENCE.replace("v1", "v2"))
    found = [await watch.look(), await watch.look()]
    assert isinstance(found[1], Reloaded)


async def test_a_bug_in_reading_leaves_what_is_in_force(tmp_path: Path) -> None:
    def read() -> SweepRequest:
        raise RecursionError("too deep")

    watch = PolicyWatch(read, tmp_path / "policies.yaml", request())
    found = await watch.reload()
    assert isinstance(found, Rejected)
    assert found.message == f"{tmp_path}/policies.yaml: RecursionError"


async def test_a_file_that_appears_where_there_was_none_is_read(world: World) -> None:
    shipped = SweepRequest(default_policies(), "the shipped default", False, request().limits)
    watch = PolicyWatch(world.read, world.file, shipped)
    first = [await watch.look(), await watch.look()]
    assert isinstance(first[1], Rejected)  # this reader knows of no default
    world.file.write_text(FILE)
    assert await watch.look() is None
    assert isinstance(await watch.look(), Reloaded)
