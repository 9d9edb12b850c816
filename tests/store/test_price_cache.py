"""Prices survive no network, no disk and a disk that lies; what they rest on is always said."""

import json
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from janitor.cost.book import Metered, PriceBook, PricesUnavailableError, encode_book
from janitor.store.price_cache import load_prices, shipped_prices
from tests.making import NOW

GOOGLE, EMULATOR = "cloudbilling.googleapis.com", "http://127.0.0.1:8085"
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def book(usd: str = "0.1") -> PriceBook:
    """A catalogue with one price, by which it is known again."""
    return PriceBook("catalog", NOW.date(), {Metered.STORAGE: {"global": Decimal(usd)}})


class Catalogue:
    """A server that counts how often it is asked, and is down where `error` is set."""

    def __init__(self, answer: PriceBook | None = None, error: Exception | None = None) -> None:
        self.answer = answer or book()
        self.error = error
        self.asked = 0

    async def fetch(self) -> PriceBook:
        self.asked += 1
        if self.error:
            raise self.error
        return self.answer


def down(why: str = "no network") -> Catalogue:
    return Catalogue(error=PricesUnavailableError(why))


async def kept_by(cache: Path, endpoint: str = GOOGLE, usd: str = "0.1") -> Path:
    """The file that one good answer, read at NOW, leaves behind."""
    await load_prices(Catalogue(book(usd)).fetch, cache, endpoint, NOW)
    (path,) = [path for path in cache.iterdir() if endpoint in path.read_text()]
    return path


async def test_a_copy_younger_than_a_day_is_used_without_asking(tmp_path: Path) -> None:
    await kept_by(tmp_path)
    server = Catalogue(book("0.9"))
    assert await load_prices(server.fetch, tmp_path, GOOGLE, NOW + DAY - SECOND) == book()
    assert server.asked == 0


async def test_after_a_day_the_catalogue_is_read_again_and_kept_anew(tmp_path: Path) -> None:
    await kept_by(tmp_path)
    server = Catalogue(book("0.9"))
    for _ in range(2):
        assert await load_prices(server.fetch, tmp_path, GOOGLE, NOW + DAY) == book("0.9")
    assert server.asked == 1


async def test_one_server_s_prices_are_never_another_s(tmp_path: Path) -> None:
    await kept_by(tmp_path, EMULATOR, "0.7")
    assert await load_prices(Catalogue(book("0.1")).fetch, tmp_path, GOOGLE, NOW) == book("0.1")
    assert await load_prices(down().fetch, tmp_path, EMULATOR, NOW) == book("0.7")


async def test_a_file_moved_to_another_server_s_name_is_not_believed(tmp_path: Path) -> None:
    emulated = await kept_by(tmp_path, EMULATOR, "0.7")
    real = await kept_by(tmp_path, GOOGLE)
    emulated.replace(real)
    assert (await load_prices(down().fetch, tmp_path, GOOGLE, NOW)).source == "fallback"


async def test_an_older_copy_stands_in_for_a_catalogue_that_is_down_and_says_why(tmp_path: Path) -> None:
    await kept_by(tmp_path)
    stale = await load_prices(down("503 unavailable").fetch, tmp_path, GOOGLE, NOW + 30 * DAY - SECOND)
    assert stale == replace(book(), why="503 unavailable")
    assert "from the cache (the catalog could not be read: 503 unavailable)" in stale.note


async def test_a_copy_older_than_thirty_days_gives_way_to_the_shipped_table(tmp_path: Path) -> None:
    await kept_by(tmp_path)
    prices = await load_prices(down("503 unavailable").fetch, tmp_path, GOOGLE, NOW + 30 * DAY)
    assert prices == shipped_prices("503 unavailable")
    assert "FALLBACK" in prices.note


async def test_a_copy_from_the_future_is_not_used(tmp_path: Path) -> None:
    await kept_by(tmp_path)
    assert (await load_prices(down().fetch, tmp_path, GOOGLE, NOW - SECOND)).source == "fallback"


@pytest.mark.parametrize("error", [RuntimeError("odd"), OSError("reset"), ValueError("torn")])
async def test_no_error_whatever_of_reading_prices_fails_a_sweep(error: Exception, tmp_path: Path) -> None:
    prices = await load_prices(Catalogue(error=error).fetch, tmp_path, GOOGLE, NOW)
    # a library's text may hold a secret (R29): its type is enough
    assert prices == shipped_prices(type(error).__name__)


async def test_the_shipped_table_is_never_kept_as_if_it_were_google_s(tmp_path: Path) -> None:
    await load_prices(down().fetch, tmp_path, GOOGLE, NOW)
    assert list(tmp_path.iterdir()) == []
    server = Catalogue()
    assert await load_prices(server.fetch, tmp_path, GOOGLE, NOW) == book()
    assert server.asked == 1


async def test_a_shipped_table_written_into_the_cache_by_someone_is_not_believed(tmp_path: Path) -> None:
    path = await kept_by(tmp_path)
    document = json.loads(path.read_text())
    path.write_text(json.dumps(document | {"book": encode_book(shipped_prices("x"))}))
    server = Catalogue(book("0.9"))
    assert await load_prices(server.fetch, tmp_path, GOOGLE, NOW) == book("0.9")


def with_facts(**facts: object) -> Callable[[str], str]:
    return lambda text: json.dumps(json.loads(text) | facts)


def with_prices(text: str) -> Callable[[str], str]:
    """The copy with this JSON text in the place of its prices."""
    cached = {"schema_version": 1, "source": "catalog", "as_of": "2026-11-24", "ignored": 0, "prices": {}}
    return with_facts(book=json.dumps(cached).replace('"prices": {}', f'"prices": {text}'))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: "[" * 100_000,
        lambda text: "null",
        lambda text: '"text"',
        lambda text: "[]",
        lambda text: "9" * 5000,
        with_facts(fetched_at="yesterday"),
        with_facts(fetched_at=0),
        with_facts(fetched_at="2026-11-24T04:00:00"),
        with_facts(book=None),
        with_facts(book={}),
        with_facts(book="{}"),
        with_prices('{"storage-gib-month": {"global": "1e99999999"}}'),
        with_prices('{"storage-gib-month": {"global": "-5"}}'),
        with_prices('{"storage-gib-month": {"global": "NaN"}}'),
        with_prices('{"storage-gib-month": {"global": 0.1}}'),
        with_prices('{"unheard-of": {}}'),
        with_prices('{}, "ignored": Infinity'),
    ],
)
async def test_a_torn_or_hostile_copy_is_as_none_and_is_written_anew(
    spoil: Callable[[str], str], tmp_path: Path
) -> None:
    path = await kept_by(tmp_path)
    path.write_text(spoil(path.read_text()))
    server = Catalogue(book("0.9"))
    for _ in range(2):
        assert await load_prices(server.fetch, tmp_path, GOOGLE, NOW) == book("0.9")
    assert server.asked == 1


async def test_bytes_that_are_no_text_are_as_none(tmp_path: Path) -> None:
    path = await kept_by(tmp_path)
    path.write_bytes(b"\xff\xfe\x00")
    assert (await load_prices(down().fetch, tmp_path, GOOGLE, NOW)).source == "fallback"


async def test_a_cache_that_cannot_be_written_changes_no_price(tmp_path: Path) -> None:
    """A file where the folder should be refuses the superuser, too."""
    (tmp_path / "file").write_text("not a folder")
    server = Catalogue()
    for _ in range(2):
        assert await load_prices(server.fetch, tmp_path / "file" / "cache", GOOGLE, NOW) == book()
    assert server.asked == 2


async def test_a_copy_that_cannot_be_put_in_place_leaves_nothing_behind(tmp_path: Path) -> None:
    path = await kept_by(tmp_path)
    path.unlink()
    path.mkdir()
    assert await load_prices(Catalogue().fetch, tmp_path, GOOGLE, NOW) == book()
    assert list(tmp_path.iterdir()) == [path]


async def test_without_a_cache_every_sweep_asks() -> None:
    server = Catalogue()
    for _ in range(2):
        assert await load_prices(server.fetch, None, GOOGLE, NOW) == book()
    assert server.asked == 2


async def test_only_the_owner_can_read_the_copy_and_the_folder_made_for_it(tmp_path: Path) -> None:
    path = await kept_by(tmp_path / "made" / "janitor")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_the_copy_s_file_name_holds_nothing_of_the_server_s_address(tmp_path: Path) -> None:
    path = await kept_by(tmp_path, "../../somewhere/else")
    assert path.parent == tmp_path
    assert path.name.startswith("prices-")
    assert "somewhere" not in path.name


def refusal(**changes: object) -> str:
    """What remembers a refusal of Google's, at NOW."""
    return json.dumps({"endpoint": GOOGLE, "refused_at": NOW.isoformat(), "why": "x"} | changes)


class Waiting(Catalogue):
    """A server that answers nothing, and takes eight seconds of `clock` for it."""

    now = 0.0

    async def fetch(self) -> PriceBook:
        self.now += 8
        return await super().fetch()

    def clock(self) -> float:
        return self.now


async def test_a_server_that_kept_a_sweep_waiting_is_not_asked_again_for_ten_minutes(tmp_path: Path) -> None:
    server = Waiting(error=PricesUnavailableError("no answer within 8 seconds"))
    minute = timedelta(minutes=1)
    for after in (0, 1, 9):
        found = await load_prices(server.fetch, tmp_path, GOOGLE, NOW + after * minute, server.clock)
        assert found.source == "fallback"
        assert found.why.startswith("no answer within 8 seconds")
    assert server.asked == 1
    assert "asked again after" in found.why
    server.error = None
    assert await load_prices(server.fetch, tmp_path, GOOGLE, NOW + 10 * minute, server.clock) == book()
    assert server.asked == 2


async def test_a_refusal_is_one_server_s_own_and_an_older_copy_stands_in_for_it(tmp_path: Path) -> None:
    await kept_by(tmp_path)
    later = NOW + 2 * DAY
    server = Waiting(error=PricesUnavailableError("no answer"))
    await load_prices(server.fetch, tmp_path, GOOGLE, later, server.clock)
    found = await load_prices(server.fetch, tmp_path, GOOGLE, later + SECOND, server.clock)
    assert (found.source, found.prices, server.asked) == ("catalog", book().prices, 1)
    other = Catalogue(book("0.9"))
    assert await load_prices(other.fetch, tmp_path, EMULATOR, later + SECOND) == book("0.9")


async def test_a_refusal_that_cost_no_time_is_asked_for_again_at_once(tmp_path: Path) -> None:
    server = down("PERMISSION_DENIED")
    for _ in range(2):
        await load_prices(server.fetch, tmp_path, GOOGLE, NOW)
    assert server.asked == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        refusal(refused_at="2999-01-01T00:00:00+00:00"),
        refusal(refused_at="2026-01-01T00:00:00"),
        refusal(endpoint="elsewhere"),
        refusal(why=1),
    ],
)
async def test_a_torn_or_hostile_refusal_is_as_none(text: str, tmp_path: Path) -> None:
    server = Waiting(error=PricesUnavailableError("no answer"))
    await load_prices(server.fetch, tmp_path, GOOGLE, NOW, server.clock)
    (path,) = tmp_path.iterdir()
    path.write_text(text, encoding="utf-8")
    await load_prices(server.fetch, tmp_path, GOOGLE, NOW, server.clock)
    assert server.asked == 2
