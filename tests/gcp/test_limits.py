"""How many reads are under way at a time, and that none waits for room with a turn in its hands."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from google.cloud import artifactregistry_v1 as ar

from janitor.gcp.limits import PAGE, Lanes, beside
from janitor.gcp.observer import GoogleObserver
from janitor.model.names import RepositoryName
from janitor.model.resources import Contents, Mode, Repository
from tests.gcp.google import Google, paged, serving


async def begun(lanes: Lanes, places: list[tuple[str, str, str]]) -> int:
    """How many of these reads have a turn at once."""
    inside = 0

    async def read(place: tuple[str, str, str]) -> None:
        nonlocal inside
        async with lanes.turn(*place):
            inside += 1
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(read(place)) for place in places]
    for _ in range(20):
        await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return inside


async def test_eight_turns_for_each_api_project_and_location() -> None:
    assert await begun(Lanes(), [("run", "p", "us")] * 20) == 8
    assert await begun(Lanes(), [("run", "p", "us")] * 20 + [("artifact", "p", "us")] * 20) == 16
    assert await begun(Lanes(), [("run", "p", "us")] * 20 + [("run", "p", "eu")] * 20) == 16


async def test_projects_do_not_wait_for_each_other() -> None:
    """Google counts each project by itself."""
    assert await begun(Lanes(), [("run", f"p{n}", "us") for n in range(50)]) == 50


async def test_sixty_four_turns_in_all() -> None:
    assert await begun(Lanes(), [("run", f"p{n}", "us") for n in range(100)]) == 64


async def test_two_listings_share_a_turn_until_both_have_ended() -> None:
    lanes = Lanes(a_lane=1)
    turn, other = lanes.turn("artifact", "p", "us"), lanes.turn("artifact", "p", "us")
    async with turn:
        async with turn:
            waiting = asyncio.create_task(entered(other))
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting


async def entered(turn: Any) -> None:
    async with turn:
        pass


async def test_a_turn_goes_to_others_while_its_reader_waits_for_something_else() -> None:
    lanes = Lanes(a_lane=1)
    done = asyncio.Event()

    async def waits() -> None:
        turn = lanes.turn("artifact", "p", "us")
        async with turn:
            await turn.aside(_wait(done))

    waiting = asyncio.create_task(waits())
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        await entered(lanes.turn("artifact", "p", "us"))
        done.set()
        await waiting
        await entered(lanes.turn("artifact", "p", "us"))


async def _wait(done: asyncio.Event) -> None:
    await done.wait()


class Room:
    """An allowance that says no until it is told otherwise, and writes down what it is asked."""

    def __init__(self, pages: int) -> None:
        self.pages, self.rows, self.most = pages, 0, 0
        self.more, self.waits = asyncio.Event(), False

    def take(self, rows: int) -> bool:
        if not self.pages:
            return False
        self.pages -= 1
        self.settle(rows)
        return True

    async def wait(self, rows: int) -> None:
        self.waits = True
        await self.more.wait()
        self.settle(rows)

    def settle(self, rows: int) -> None:
        self.rows += rows
        self.most = max(self.most, self.rows)


NAME = RepositoryName("p", "us", "r")
REPOSITORY = Repository(NAME, "DOCKER", Mode.STANDARD, 0, None, None, {})


def images(count: int, begin: int = 0) -> ar.ListDockerImagesResponse:
    rows = [
        ar.DockerImage(name=f"{NAME}/dockerImages/app@sha256:{begin + number:064x}")
        for number in range(count)
    ]
    return ar.ListDockerImagesResponse(docker_images=rows)


async def test_the_images_of_a_repository_are_held_and_no_more_than_they_are() -> None:
    google = Google({"ListDockerImages": paged(images(PAGE), images(7, PAGE))})
    room = Room(pages=10)
    async with serving(google) as clients:
        found = await GoogleObserver(clients, lambda *_: None).contents(REPOSITORY, room)
    assert isinstance(found, Contents)
    assert len(found.images) == room.rows == PAGE + 7


async def test_no_page_is_asked_for_before_there_is_room_and_meanwhile_others_are_read() -> None:
    google = Google({"ListDockerImages": paged(images(PAGE), images(7, PAGE))})
    room = Room(pages=2)  # of the images and of the attachments, the first page each
    async with serving(google) as clients, asyncio.timeout(20):
        observer = GoogleObserver(clients, lambda *_: None, lanes=Lanes(a_lane=1))
        reading = asyncio.create_task(observer.contents(REPOSITORY, room))
        await until(lambda: room.waits)
        assert len(google.asked("ListDockerImages")) == 1
        assert isinstance(await observer.contents(REPOSITORY), Contents)
        room.more.set()
        found = await reading
    assert isinstance(found, Contents)
    assert len(found.images) == PAGE + 7


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.01)


async def test_work_beside_a_block_is_given_up_where_the_block_fails() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def failing(block: Callable[[], Awaitable[None]]) -> str:
        try:
            async with beside(work()):
                await block()
        except RuntimeError as error:
            return str(error)
        return ""

    async def fail() -> None:
        await asyncio.sleep(0)
        raise RuntimeError("a mistake")

    assert await failing(fail) == "a mistake"
    assert ended.is_set()
