"""Workloads of one kind, by name, and their listings in Cloud Run's order."""

from collections import UserDict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from janitor.emulator.paging import Key


class SortedListing(NamedTuple):
    """What lies below a parent: `keys` in the order of the listing, and the resource of each."""

    keys: Sequence[Key]
    resources: Mapping[Key, Any]


class WorkloadStore(UserDict[str, Any]):
    """Resource name -> Google's message.

    Each is known below every parent, so that a listing of one service does not look at all revisions of the project. A
    listing is sorted once, and again after something below its parent came or was deleted: of many thousands, to sort
    them for each page would take minutes.
    """

    def __init__(self, given: Mapping[str, Any] | None = None) -> None:
        self._below: dict[str, dict[str, Any]] = {}
        self._listings: dict[str, SortedListing] = {}
        super().__init__(given)

    def __setitem__(self, name: str, message: Any) -> None:
        for parent in _parents(name):
            self._below.setdefault(parent, {})[name] = message
            self._listings.pop(parent, None)
        super().__setitem__(name, message)

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        for parent in _parents(name):
            del self._below[parent][name]
            self._listings.pop(parent, None)

    def below(self, parent: str) -> list[Any]:
        """Those whose name begins with ``parent/``."""
        return list(self._below.get(parent, {}).values())

    def listing(self, parent: str) -> SortedListing:
        """Newest first ("sorted by create time desc", run/v2/service.proto:80), ties by name."""
        found = self._listings.get(parent)
        if found is None:
            by_key: dict[Key, Any] = {
                (-each.create_time.ToNanoseconds() / 1e9, each.name): each for each in self.below(parent)
            }
            found = self._listings[parent] = SortedListing(sorted(by_key), by_key)
        return found

    def forget_order(self) -> None:
        """A time may have changed: the next listing is sorted again."""
        self._listings.clear()


def _parents(name: str) -> Iterator[str]:
    """The name up to each of its slashes, from its region on."""
    end = name.find("/", name.find("/locations/") + len("/locations/"))
    while end > 0:
        yield name[:end]
        end = name.find("/", end + 1)
