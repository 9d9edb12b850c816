"""The newest uploads in the database: of one name the newest is kept, and the oldest rows are dropped."""

from janitor.store.database import Database
from janitor.store.uploads import SqlUploads
from tests.making import NOW, ago


def days(number: float) -> float:
    return ago(days=number).timestamp()


async def test_what_is_remembered_is_read_back(database: Database) -> None:
    book = SqlUploads(database)
    assert await book.newest() == {}
    await book.remember({}, NOW)
    await book.remember({"p": days(2.123456), "q": days(9)}, NOW)
    assert await book.newest() == {"p": days(2.123456), "q": days(9)}


async def test_of_one_name_the_newest_is_kept(database: Database) -> None:
    book = SqlUploads(database)
    await book.remember({"p": days(5), "q": days(5)}, NOW)
    await book.remember({"p": days(9), "q": days(2)}, NOW)
    assert await book.newest() == {"p": days(5), "q": days(2)}


async def test_beyond_the_bound_the_oldest_are_forgotten(database: Database) -> None:
    book = SqlUploads(database, most_rows=3)
    await book.remember({name: days(age) for age, name in enumerate("abcde", 1)}, NOW)
    assert await book.newest() == {name: days(age) for age, name in enumerate("abc", 1)}
    await book.remember({"f": days(1.5)}, NOW)
    assert set(await book.newest()) == {"a", "b", "f"}


async def test_many_names_are_remembered_at_once(database: Database) -> None:
    book = SqlUploads(database)
    uploads = {f"projects/p/locations/l/repositories/r/packages/{n}": days(n + 1) for n in range(3000)}
    await book.remember(uploads, NOW)
    assert await book.newest() == uploads
