"""Grace: deletions are announced first, and carried out on their date (docs/adr, "The date of a mark is a promise").

Everything is by Google's name. An opt-out covers the container and the content of a resource.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from janitor.kinds.image import contents_fingerprint, state_of
from janitor.kinds.owner import owner_of
from janitor.model.amounts import Estimate, Unpriced
from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason, KeepReason
from janitor.model.resources import Image, Repository
from janitor.policy.deciding.verdict import Decision, Delete, Keep
from janitor.policy.model import Policy

_MINUTE = timedelta(minutes=1)
NOT_ESTIMATED = Unpriced("not estimated")


class Mark(NamedTuple):
    """The scheduled deletion of one resource: at `due_at`, if its state is then as `state` says."""

    announced_at: datetime
    due_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Marks:
    """What the ledger knows when a sweep begins. `opted_out` are the names with an opt-out in force."""

    marks: Mapping[str, Mark] = field(default_factory=dict)
    opted_out: frozenset[str] = frozenset()
    _last_inside: dict[str, datetime] = field(init=False, default_factory=dict)
    _holding_opted_out: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        for name, mark in self.marks.items():
            for holder in holders(name):
                self._last_inside[holder] = max(mark.due_at, self._last_inside.get(holder, mark.due_at))
        for name in self.opted_out:
            self._holding_opted_out.update(holders(name))

    def last_inside(self, name: str, tags: Iterable[str] = ()) -> datetime | None:
        """The last date announced for its content or its `tags`: it is deleted no earlier."""
        dates = [self.marks[tag].due_at for tag in tags if tag in self.marks]
        return (
            max([*dates, self._last_inside[name]]) if name in self._last_inside else max(dates, default=None)
        )

    def is_opted_out(self, name: str) -> bool:
        """Whether it, its container or something in it has an opt-out."""
        if not self.opted_out:
            return False
        covered = name in self.opted_out or name in self._holding_opted_out
        return covered or not self.opted_out.isdisjoint(holders(name))

    def speak_of(self, name: str) -> bool:
        """Whether a mark is of something that it holds, or an opt-out covers any of it."""
        return name in self._last_inside or self.is_opted_out(name)


class Candidate(NamedTuple):
    """A resource that would be deleted. `state` gives a text that differs after a change; `tags` are the names of an
    image's, which go with it and do not lie in it by name, or of a traffic tag the name of its revision."""

    kind: Kind
    name: str
    state: Callable[[], str]
    owner: str
    tags: tuple[str, ...] = ()


class Waiting(NamedTuple):
    """One scheduled deletion. `is_new`: the ledger has no such mark yet, or another; an apply announces it and
    writes it, unless it was `refused` by every channel (R32). `estimate` is what the deletion would save, as
    plan/in_grace.py finds it."""

    kind: Kind
    name: str
    policy: str
    owner: str
    announced_at: datetime
    due_at: datetime
    state: str
    is_new: bool
    refused: bool = False
    size_bytes: int = 0
    estimate: Estimate = NOT_ESTIMATED


@dataclass(frozen=True, slots=True)
class Grace:
    """One sweep's look at the marks: who waits, whose date has come, and whose mark has lapsed.

    It is asked of all that would go, and of nothing that a gap holds: a mark of which it was not asked
    is of something that no policy would delete any more, or that was not seen.
    """

    marks: Marks = field(default_factory=Marks)
    waiting: dict[str, Waiting] = field(default_factory=dict)
    lapsed: list[str] = field(default_factory=list)
    _due: set[str] = field(default_factory=set)

    def answer(self, decision: Delete, thing: Candidate, now: datetime) -> Decision:
        """The decision itself, or why the resource is kept for now."""
        name = thing.name
        if any(map(self.marks.is_opted_out, (name, *thing.tags))):
            return Keep(KeepReason.OPTED_OUT)
        mark, grace = self.marks.marks.get(name), decision.policy.grace
        last = self.marks.last_inside(name, thing.tags)
        if mark is None and grace is None and (last is None or last <= now):
            return decision
        found = _renewed(mark, grace, thing.state(), now, last or now)
        if found.due_at <= now:
            self._due.add(name)
            return decision
        self.waiting[name] = Waiting(
            thing.kind, name, decision.policy.name, thing.owner, *found, is_new=found != mark
        )
        return Keep(KeepReason.GRACE)

    def close(self, was_seen: Callable[[str], bool]) -> None:
        """After all decisions: a mark lapses if its resource was read, or is gone, and would not be deleted."""
        stand = self.waiting.keys() | self._due
        gone = (name for name in self.marks.marks if name not in stand and was_seen(name))
        self.lapsed.extend(sorted(gone))


# Moves what stays for now from what goes to what is kept, of one package; True where it moved any.
Holding = Callable[[str, Sequence[Image], dict[str, KeepReason], dict[str, Delete]], bool]


def image_holding(
    grace: Grace, policies: Iterable[Policy], repository: Repository, now: datetime
) -> Holding | None:
    """None where no image of the repository could be held: nobody asks of each of a million then."""
    spoken_of = grace.marks.speak_of(str(repository.name))
    if not spoken_of and all(policy.grace is None for policy in policies):
        return None
    owner = owner_of(repository.labels)

    def thing(names: str, image: Image) -> Candidate:
        tags = tuple(repository.name.tag(image.package, tag) for tag in image.tags) if spoken_of else ()
        return Candidate(Kind.IMAGE, names + image.digest, lambda: state_of(image), owner, tags)

    def hold(
        package: str, images: Sequence[Image], kept: dict[str, KeepReason], goes: dict[str, Delete]
    ) -> bool:
        names = repository.name.version(package, "")
        held = {
            image.digest: answer.reason
            for image in images
            if image.digest in goes
            and isinstance(answer := _of_image(grace, goes[image.digest], thing(names, image), now), Keep)
        }
        kept.update(held)
        for digest in held:
            del goes[digest]
        return bool(held)

    return hold


def repository_thing(repository: Repository, images: Sequence[Image]) -> Candidate:
    """The state of a repository for grace: changed by anything that is added, removed or tagged in it."""

    def state() -> str:
        made = repository.create_time.isoformat() if repository.create_time else ""
        return f"{made} {contents_fingerprint(images)}"

    return Candidate(Kind.REPOSITORY, str(repository.name), state, owner_of(repository.labels))


def _of_image(grace: Grace, decision: Delete, thing: Candidate, now: datetime) -> Decision:
    """An image that only follows another one waits with it, unless it has a separate mark or opt-out."""
    marks, names = grace.marks, (thing.name, *thing.tags)
    if decision.reason is DeleteReason.CHILD_OF and marks.marks.keys().isdisjoint(names):
        return Keep(KeepReason.OPTED_OUT) if any(map(marks.is_opted_out, names)) else decision
    return grace.answer(decision, thing, now)


def _renewed(
    mark: Mark | None, grace: timedelta | None, state: str, now: datetime, earliest: datetime
) -> Mark:
    """The mark as it is now. Its date never comes nearer, whatever the policy says today."""
    if mark is None:
        return Mark(now, max(earliest, _date(now, grace)), state)
    if mark.state != state:
        return Mark(now, max(earliest, mark.due_at, _date(now, grace)), state)
    return mark._replace(due_at=max(earliest, mark.due_at, _date(mark.announced_at, grace)))


def announced_on(each: Waiting, begun: datetime, at: datetime) -> Waiting:
    """A scheduled deletion as it is announced at `at` by the sweep that began at `begun`: a grace period that is new
    starts then. One that had started before keeps its dates."""
    if not each.is_new or each.announced_at != begun or at <= begun:
        return each
    return each._replace(announced_at=at, due_at=_whole_minute(each.due_at + (at - begun)))


def _date(since: datetime, grace: timedelta | None) -> datetime:
    """The first whole minute after the grace: people are told minutes. Without a grace, the time itself."""
    if grace is None:
        return since
    return _whole_minute(since + grace)


def _whole_minute(at: datetime) -> datetime:
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + _MINUTE


def holders(name: str) -> Iterator[str]:
    """The names of what holds it, the nearest first: Google's names alternate collection and id."""
    parts = name.split("/")
    for end in range(len(parts) - 2, 5, -2):
        yield "/".join(parts[:end])
