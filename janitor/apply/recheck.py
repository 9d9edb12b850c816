"""Recheck just before a delete: read the resource again, and compare what the plan rests on (R21, R40)."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from janitor.apply.artifacts import image_with_tags
from janitor.apply.checks import CHECKS
from janitor.apply.holders import FreshHolders
from janitor.apply.outcomes import Outcome, drifted
from janitor.apply.ports import CallError, Reader
from janitor.kinds.repository import DOCKER
from janitor.kinds.table import listed
from janitor.model.inventory import Gap, Workloads
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName, ResourceName, image_of
from janitor.model.resources import Image, Mode, Repository
from janitor.plan.plan import Action
from janitor.policy.deciding.gaps import Blocked
from janitor.policy.deciding.images import IMAGE_RANK
from janitor.policy.deciding.orphaned import Presence
from janitor.policy.deciding.references import PackageUse, References, unreadable, usage


@dataclass(frozen=True, slots=True)
class _Reading:
    """What all share was read between these moments: it is as old as the beginning."""

    began: datetime
    ended: datetime

    def answers(self, asked_at: datetime, lasts: timedelta) -> bool:
        """Whether it is fresh enough. Who asked while it was read takes it, however long that took: nothing fresher can
        be had."""
        return asked_at - self.began <= lasts or asked_at <= self.ended


# The digests of all repositories may be this old at the moment of the call.
DIGESTS_LAST = timedelta(minutes=5)


class Subjects:
    """Which digests there are now: every docker repository of every project that is read is listed again, once for
    all who ask, and again when that is older than five minutes. `read` is when that was last done."""

    def __init__(self, reader: Reader, clock: Callable[[], datetime]) -> None:
        self._reader, self._clock = reader, clock
        self._presence = Presence()
        self._gap = ""
        self.read: _Reading | None = None
        self._lock = asyncio.Lock()

    async def why_there(self, action: Action) -> str:
        """Why what is about `action.subjects` must stay now, or "". Raises CallError."""
        if action.kind is Kind.IMAGE:
            # where a signature is pushed, its image is pushed too: that package is asked at once
            repository, package, _ = image_of(action.name)
            for subject in action.subjects:
                if await self._reader.version(repository.version(package, subject)) is not None:
                    return f"the image that it is about is there again: {subject}"
        presence = await self._fresh()
        if self._gap:
            return self._gap
        there = [each for each in action.subjects if not presence.is_gone(each)]
        return f"an image that it is about is there again: {there[0]}" if there else ""

    async def _fresh(self) -> Presence:
        asked_at = self._clock()
        async with self._lock:
            if self.read is None or not self.read.answers(asked_at, DIGESTS_LAST):
                began, self._presence = self._clock(), Presence()
                gap = await self._list()
                self._presence.close(complete=gap is None)
                self._gap = f"repositories could not be read again: {gap.cause}" if gap else ""
                self.read = _Reading(began, self._clock())
            return self._presence

    async def _list(self) -> Gap | None:
        """Note the digests of one repository after the other; the first read that failed, if any."""
        repositories, gaps = await self._reader.repositories()
        if gaps:
            return gaps[0]
        for repository in repositories:
            if repository.format == DOCKER and repository.mode is not Mode.VIRTUAL:
                contents = await self._reader.contents(repository)
                if isinstance(contents, Gap):
                    return contents
                self._presence.add(contents.images)
        return None


# R21: workload references may be this old at the moment of the call.
REFERENCES_LAST = timedelta(minutes=5)


class FreshReferences:
    """Who names which image now: read again when older than five minutes or outdated, once for all who ask. `holders` are
    read again at their own pace."""

    def __init__(
        self,
        reader: Reader,
        planned: References,
        observed_at: datetime,
        extra: Iterable[str],
        repositories: dict[RepositoryName, Repository],
        clock: Callable[[], datetime],
        holders: FreshHolders,
    ) -> None:
        self._reader, self._planned, self._clock = reader, planned, clock
        self._planned_at, self._holders = observed_at.timestamp(), holders
        self._extra, self._repositories = tuple(extra), repositories
        self._named, self._read, self._gap = planned, _Reading(observed_at, observed_at), ""
        self._outdated = False
        self._gone: dict[str, str] = {}
        self._lock = asyncio.Lock()

    def outdate(self) -> None:
        """Note that a workload changed: later questions are answered by a reference set that is read after this (R45)."""
        self._outdated = True

    def gone(self, action: Action) -> None:
        """This workload no longer exists. Google's lists lag behind: what they still show of it names no image."""
        if action.uid:
            self._gone[action.name] = action.uid

    async def why_used(self, repository: RepositoryName, package: str, digest: str, action: Action) -> str:
        """Why the image must stay now, or "". What hangs together with other images (indexes,
        referrers) is kept at any new reference to its package."""
        named = await self._fresh()
        if self._gap:
            return self._gap
        for use, planned in self._uses(named, repository, package):
            if new := use.tags.keys() - planned.tags.keys():
                return f"{_users(use.tags, new)} now names {package}:{min(new)}"
            if running := use.whole - planned.whole:
                return f"{min(running)} now names {package} by a tag, and may have pulled any image of it"
            if before := set(self._resolved_before(use, planned)):
                return f"{min(before)} names {package} by a tag that it resolved before the plan was made"
            if tagged := {tag for tag in action.tags if use.of_tag(tag)}:
                return f"{min(use.of_tag(min(tagged)))} names its tag {min(tagged)}"
        if begun := named.of_beginning(repository, package) - self._planned.of_beginning(repository, package):
            return f"{min(begun)} now names {package} by the beginning of a name"
        digests = [(use.digests, planned.digests) for use, planned in self._uses(named, repository, package)]
        for now, then in (*digests, (named.anywhere, self._planned.anywhere)):
            new = now.keys() - then.keys()
            if digest in now or (new and action.rank[1] < IMAGE_RANK):
                return f"{_users(now, {digest} & now.keys() or new)} now names it or one of its family"
        return ""

    async def why_any_used(self, repository: RepositoryName, images: dict[str, list[Image]]) -> str:
        """Why a repository must stay now, or ""."""
        named = await self._fresh()
        if self._gap:
            return self._gap
        users = named.users(repository, images)
        return f"{min(users)} now names an image of it" if users else ""

    async def why_package_used(self, repository: RepositoryName, package: str, images: list[Image]) -> str:
        """Why a package must stay now, or ""."""
        if self._is_other_format(repository):
            return ""
        named = await self._fresh()
        if self._gap:
            return self._gap
        users = named.of_package(repository, package, images)
        return f"{min(users)} now names an image of it" if users else ""

    async def why_tag_used(self, repository: RepositoryName, package: str, tag: str) -> str:
        """Why a tag must stay now, or "". Cloud Run cannot use another format than docker (R4)."""
        if self._is_other_format(repository):
            return ""
        named = await self._fresh()
        if self._gap:
            return self._gap
        users = named.of_tag(repository, package, tag)
        return f"{min(users)} now names {package}:{tag}" if users else ""

    async def refresh(self, repository: RepositoryName) -> None:
        """Read the references again if they are outdated and this repository's content can be in use."""
        if not self._is_other_format(repository):
            await self._fresh()

    def _is_other_format(self, name: RepositoryName) -> bool:
        repository = self._repositories.get(name)
        return repository is not None and not Blocked(docker=True).blocks(repository)

    def _uses(
        self, named: References, repository: RepositoryName, package: str
    ) -> Iterable[tuple[PackageUse, PackageUse]]:
        nothing = PackageUse()
        now = named.exact.get(repository, {}).get(package)
        if now:
            yield now, self._planned.exact.get(repository, {}).get(package, nothing)
        elsewhere = named.elsewhere.get(package)
        if elsewhere:
            yield elsewhere, self._planned.elsewhere.get(package, nothing)

    def _resolved_before(self, use: PackageUse, planned: PackageUse) -> Iterator[str]:
        """Users whom the plan did not know, and who may have resolved a tag that has moved since, to an image that the
        plan takes for unused."""
        for tag, users in use.resolved.items():
            known = planned.resolved.get(tag, {})
            yield from (user for user, at in users.items() if user not in known and at <= self._planned_at)

    async def _fresh(self) -> References:
        asked_at = self._clock()
        async with self._lock:
            if await self._holders.read_again(asked_at):
                self._outdated = True
            if not self._read.answers(asked_at, REFERENCES_LAST):
                self._outdated = True
            while self._outdated:  # once more where a workload drifted while it was read
                self._outdated, began = False, self._clock()
                workloads = await self._reader.workloads()
                projects = {name.project for name in self._repositories}
                self._gap = _gap_text((*workloads.gaps, *unreadable(workloads, projects)))
                self._gap = self._gap or self._holders.gap
                gone = dict(_listed_yet(workloads, self._gone))
                holders = self._holders.found
                self._named = usage(workloads, gone, self._extra, self._repositories, holders).remaining
                self._read = _Reading(began, self._clock())
            return self._named


def _listed_yet(workloads: Workloads, gone: dict[str, str]) -> Iterator[tuple[ResourceName, str]]:
    """What a list still shows of workloads that are gone: those of the same uid, and what they hold. A workload
    that was made again under the name has another uid."""
    there = [each for _, each in listed(workloads)]
    holders = {each.name for each in there if gone.get(str(each.name)) == each.uid}
    for each in there:
        if holders & {each.name, replace(each.name, path=each.name.path[:2])}:
            yield each.name, str(each.name)


def _gap_text(gaps: tuple[Gap, ...]) -> str:
    return f"workloads could not be read again: {gaps[0].cause}" if gaps else ""


def _users(found: dict[str, set[str]], keys: Iterable[str]) -> str:
    return min(min(found[key]) for key in keys)


@dataclass(frozen=True, slots=True)
class Recheck:
    """None means: still as planned. Otherwise the outcome, and nothing may be touched.

    `in_flight` are names that an earlier sweep's deletion still works on.
    """

    reader: Reader
    references: FreshReferences
    subjects: Subjects
    in_flight: frozenset[str] = frozenset()

    async def tags_of(self, batch: Sequence[Action]) -> Mapping[str, frozenset[str]] | None:
        """The tags of the package of a batch of untagged images, by digest, in place of a read of each image; None where
        each must be read.

        As safe as ListTags by version (R18, R21): it is read just before the batch, a version that has a tag by then is
        drifted, and Google refuses to delete without force a version that gets one later. Whether a version still
        exists is the answer of the delete: the batch names it among those refused, and it is then asked for alone.
        """
        if len(batch) < 2 or any(action.kind is not Kind.IMAGE for action in batch):
            return None
        ((repository, package),) = {image_of(action.name)[:2] for action in batch}
        try:
            for action in batch:
                await self._read_workloads(action)
            return await self.reader.tags_of_package(repository, package)
        except CallError:
            return None  # each image is read by itself, and says what failed

    async def still(self, action: Action, tags: Mapping[str, frozenset[str]] | None = None) -> Outcome | None:
        """Ask Google again about one action; what cannot be read again is drifted. `tags` are those of `tags_of`."""
        if action.name in self.in_flight:
            return drifted("an earlier sweep's deletion of it is still under way")
        try:
            if tags is None:
                changed = await self._changed(action)
            else:
                listed = tags.get(image_of(action.name)[2], frozenset())
                changed = await image_with_tags(self.references, action, listed)
            return changed or await self._subject_gone(action)
        except CallError as error:
            return drifted(f"it could not be read again: {error}")

    async def _changed(self, action: Action) -> Outcome | None:
        await self._read_workloads(action)
        return await CHECKS[action.kind].still(self.reader, self.references, action)

    async def _read_workloads(self, action: Action) -> None:
        """Read the workloads, which all actions share, first: that may take minutes, and the resource is read after it
        (R21)."""
        if not action.kind.is_run:
            await self.references.refresh(RepositoryName.parse("/".join(action.name.split("/")[:6])))

    async def _subject_gone(self, action: Action) -> Outcome | None:
        """Whether an artifact may be deleted: only while all images that it is about are gone from everywhere (R40)."""
        if not action.subjects:
            return None
        before = self.subjects.read
        why = await self.subjects.why_there(action)
        if why:
            return drifted(why)
        # listing every repository may take minutes: the artifact itself is read after it again (R21)
        return await self._changed(action) if self.subjects.read is not before else None
