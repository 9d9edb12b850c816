"""Use history: when each image was last in use, as recorded sweeps saw it. `unused_for` counts from it (R49)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from janitor.kinds.image import image_since
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Image
from janitor.policy.conditions.condition import keys
from janitor.policy.conditions.key import Leaf
from janitor.policy.conditions.truth import AGE_UNKNOWN, Test, Truth, truth
from janitor.policy.conditions.use import UnusedFor
from janitor.policy.deciding.references import References
from janitor.policy.model import Policies

# A longer pause between recorded sweeps leaves unknown what was in use meanwhile.
LONGEST_PAUSE = timedelta(hours=48)
# The ledger forgets what was last in use longer ago than this; `unused_for` asks for less (spelling.py).
REMEMBERED = timedelta(days=400)
_ANYWHERE = "*"


def asks_for_use(policies: Policies) -> bool:
    """Whether a policy says `unused_for`."""
    return any(isinstance(key, UnusedFor) for policy in policies.of(Kind.IMAGE) for key in keys(policy.when))


def unbroken_since(
    at: datetime, recorded: Iterable[tuple[datetime, frozenset[str]]], read: Iterable[str]
) -> datetime:
    """The start of the run of sweeps that ends now. `recorded` are those that read all references of their
    projects, the newest first; one that read fewer projects than this one (`read`) ends the run."""
    projects = frozenset(read)
    return max(unbroken_of_each(at, recorded, projects).values(), default=at)


def unbroken_of_each(
    at: datetime, recorded: Iterable[tuple[datetime, Set[str]]], read: Iterable[str]
) -> dict[str, datetime]:
    """The same of each project by itself."""
    left, start = set(read), at
    found: dict[str, datetime] = {}
    for started_at, of in recorded:
        if started_at > at:
            continue
        if at - start > REMEMBERED or start - started_at > LONGEST_PAUSE or not left:
            break
        ended = left - of
        found.update(dict.fromkeys(ended, max(start, at - REMEMBERED)))
        left -= ended
        start = started_at
    # what was last in use before is no longer in the ledger
    return found | dict.fromkeys(left, max(start, at - REMEMBERED))


def with_unborn(
    recorded: Iterable[tuple[datetime, frozenset[str]]], created: Mapping[str, datetime]
) -> Iterator[tuple[datetime, frozenset[str]]]:
    """Sweeps, the newest first, each with the projects that were created later, too: nothing there used anything yet, so a
    new project of an organization breaks no run. `created` are the times that are known."""
    later = sorted(((at, project) for project, at in created.items()), reverse=True)
    unborn: set[str] = set()
    place = 0
    for started_at, of in recorded:
        while place < len(later) and later[place][0] > started_at:
            unborn.add(later[place][1])
            place += 1
        yield started_at, of | unborn


@dataclass(frozen=True, slots=True)
class InventoryRuns:
    """Cloud Asset Inventories in recorded sweeps: the projects that any of them read, and the start of the unbroken run of
    each project (the time asked about, where there is none)."""

    ever: frozenset[str] = frozenset()
    since: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PackageHistory:
    """When a package was last named (epoch seconds): by digest, by tag, by a tag beside a digest, as a whole."""

    digests: dict[str, float] = field(default_factory=dict)
    tags: dict[str, float] = field(default_factory=dict)
    pinned: dict[str, float] = field(default_factory=dict)
    whole: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class UseHistory:
    """What recorded sweeps know of use. `since`: the start of the unbroken run of them, in epoch seconds."""

    since: float
    packages: Mapping[tuple[str, str], PackageHistory] = field(default_factory=dict)

    def last_uses(
        self, repository: RepositoryName, package: str, images: Sequence[Image]
    ) -> dict[str, float]:
        """Digest -> when it was last in use, of the images of one package. A tag that no image has any more
        is a use of the whole package."""
        found: dict[str, float] = {}
        tags = {tag for image in images for tag in image.tags}
        for place in (str(repository), _ANYWHERE):
            known = self.packages.get((place, package))
            if known is None:
                continue
            whole = max(
                [*known.whole, *(at for tag, at in known.tags.items() if tag not in tags)], default=None
            )
            for image in images:
                times = [t for t in (known.digests.get(image.digest), whole) if t is not None]
                times += [by[tag] for by in (known.tags, known.pinned) for tag in image.tags if tag in by]
                if times:
                    found[image.digest] = max([*times, *filter(None, [found.get(image.digest)])])
        anywhere = self.packages.get((_ANYWHERE, ""), PackageHistory())
        for image in images:
            if at := anywhere.digests.get(image.digest):
                found[image.digest] = max(at, found.get(image.digest, at))
        return found


def history_of(since: datetime, uses: Iterable[tuple[str, datetime]]) -> UseHistory:
    """A history out of recorded uses (`UseLog.names`), each with when it was last seen."""
    packages: dict[tuple[str, str], PackageHistory] = {}
    for name, at in uses:
        place, package, sign, what = name.split(" ")
        known = packages.setdefault((place, package), PackageHistory())
        seconds = at.timestamp()
        match sign:
            case "@":
                known.digests[what] = seconds
            case ":":
                known.tags[what] = seconds
            case "+":
                known.pinned[what] = seconds
            case _:
                known.whole.append(seconds)
    return UseHistory(since.timestamp(), packages)


@dataclass(slots=True)
class UseLog:
    """What one sweep knows and sees of use. `history` is None without a ledger, or where no policy asks.

    `names` are the references and images in use, one text each, to be recorded; `complete` says that all
    references of the projects `read` were read without a gap.
    """

    history: UseHistory | None = None
    read: tuple[str, ...] = ()
    names: set[str] = field(default_factory=set)
    complete: bool = False

    def known_since(self, starts: Iterable[datetime]) -> None:
        """Some of what says what is in use was read only since these times: uses before are not known (R51)."""
        if self.history is not None:
            since = max((self.history.since, *(each.timestamp() for each in starts)))
            self.history = replace(self.history, since=since)

    def note(self, named: References) -> None:
        """Every reference of a set."""
        for repository, packages in named.exact.items():
            for package, use in packages.items():
                self.names.update(
                    _names(str(repository), package, use.digests, use.tags, use.pinned, use.whole)
                )
        for package, use in named.elsewhere.items():
            self.names.update(_names(_ANYWHERE, package, use.digests, use.tags, use.pinned, use.whole))
        self.names.update(_use(_ANYWHERE, "", "@", digest) for digest in named.anywhere)

    def note_images(self, repository: RepositoryName, package: str, digests: Iterable[str]) -> None:
        """Images that references led to: a tag may have moved by the next sweep."""
        self.names.update(_use(str(repository), package, "@", digest) for digest in digests)


def use_of(repository: RepositoryName, image: Image) -> str:
    """One image in use, as `UseLog.names` has it."""
    return _use(str(repository), image.package, "@", image.digest)


def _use(place: str, package: str, sign: str, what: str) -> str:
    return " ".join((place, package, sign, what))


def _names(
    place: str,
    package: str,
    digests: Iterable[str],
    tags: Iterable[str],
    pinned: Iterable[str],
    whole: object,
) -> Iterator[str]:
    for sign, found in (("@", digests), (":", tags), ("+", pinned)):
        yield from (_use(place, package, sign, each) for each in found)
    if whole:
        yield _use(place, package, "*", "")


def unused_for_leaf(
    repository: RepositoryName, packages: Mapping[str, list[Image]], now: float, history: UseHistory | None
) -> Leaf[Image]:
    """`unused_for` for the images of one repository: counts from the latest of the last recorded use, the
    image's own time (R37), and the start of the unbroken run of recorded sweeps; AGE_UNKNOWN without these."""
    uses = {
        package: history.last_uses(repository, package, images) if history else {}
        for package, images in packages.items()
    }

    def leaf(key: object) -> "Test[Image]":
        assert isinstance(key, UnusedFor)
        seconds = key.age.total_seconds()

        def run(image: Image) -> Truth:
            since = image_since(image)
            if history is None or since is None or since <= 0:
                return AGE_UNKNOWN
            latest = max(since, history.since, uses[image.package].get(image.digest, since))
            return AGE_UNKNOWN if latest > now else truth(now - latest > seconds)

        return run

    return leaf
