"""Explainer: reads what the answer needs, decides as a sweep does, and explains the verdict on one resource."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from difflib import get_close_matches
from typing import Protocol

from janitor.cost.book import PriceBook
from janitor.errors import ObservationError, UsageError
from janitor.explain.build import DecidedResource, Subject, explanation
from janitor.explain.lookup import Lookup, Meant, Shelves
from janitor.explain.names import (
    IN_PACKAGES,
    NoSuchNameError,
    Target,
    called_so,
    image_of,
    inside,
    named,
)
from janitor.explain.trace import ResourceTracer, UsersTracer
from janitor.kinds.repository import DOCKER
from janitor.kinds.table import kind_noun, listed
from janitor.model.inventory import Gap, Observed
from janitor.model.kinds import Kind
from janitor.model.names import ResourceName
from janitor.model.reasons import KeepReason
from janitor.model.resources import Contents, Mode, Package, Repository
from janitor.policy.deciding.context import DecisionInput, Detail, Memory
from janitor.policy.deciding.grace import Grace
from janitor.policy.deciding.holders import JudgedHolders
from janitor.policy.deciding.projects import read_in_words, unread_in_words
from janitor.report.data.explanation import Explanation, KeptList, KeptRow
from janitor.report.data.holders import off_line
from janitor.report.data.notices import native_cleanup, reference_notice
from janitor.sweep.in_flight import Allowance
from janitor.sweep.repositories import ContentReader, DecisionPorts
from janitor.sweep.sweep import SweepDecision, decide

# Nothing here is priced: what a thing costs decides nothing.
_NO_PRICES = PriceBook("fallback", date.min, {})
_IN_REGISTRY = (Kind.IMAGE, Kind.REPOSITORY, *IN_PACKAGES)


class Looker(ContentReader, Shelves, Protocol):
    """Reads all, or one location of Cloud Run in one project, or what a short name of a package asks for."""

    async def observe(self, projects: Sequence[str], now: datetime) -> Observed: ...

    async def place(self, project: str, location: str, now: datetime) -> Observed: ...


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains what a sweep would decide. `memory` is what earlier sweeps recorded, and `ledger` says in words
    whether it could be read."""

    question: DecisionInput
    looker: Looker
    memory: Memory = field(default_factory=Memory)
    ledger: str = "scheduled deletions and opt-outs in the ledger"

    async def explain(self, text: str) -> Explanation:
        """The explanation of what `text` names. UsageError: no resource, or several, have that name;
        ObservationError: it could not be read."""
        try:
            return await self._explain(named(text))
        except NoSuchNameError as error:
            raise UsageError(str(error)) from error

    async def full_name(self, text: str) -> str:
        """Google's name of what a short name means, or an image's URI with a tag, which names the image that has the
        tag now. Errors as of `explain`."""
        try:
            target = named(text)
            if isinstance(target, Target):
                where = target.repository
                text = f"{where.project}/{where.repository}/{target.package}:{target.tag}"
            return (await self._meant(text, await self._all())).full
        except NoSuchNameError as error:
            raise UsageError(str(error)) from error

    async def kept(self, reason: KeepReason, kind: Kind | None, repository: str | None) -> KeptList:
        """What is kept for one reason, of one kind and in one repository where these are given."""
        observed = await self._all()
        chosen_ones = _repositories(observed, repository)
        tracer = UsersTracer()
        runs = kind is not None and kind.is_run
        names = frozenset(() if runs else (each.name for each in chosen_ones))
        decided, _ = await self._decide(observed, Detail(True, kind, names, tracer), self.looker)
        plan, holders = decided.plan, decided.holders
        inside = tuple(f"{each.name}/" for each in chosen_ones) if repository else ("",)
        rows = [
            KeptRow(row.kind, name, tracer.users.get(name, ()))
            for row in plan.kept
            if row.reason is reason and kind in (None, row.kind)
            for name in row.names
            if f"{name}/".startswith(inside)
        ]
        rows.sort(key=lambda row: (row.kind, row.name))
        rests_on = (
            *self._rests_on_all(observed),
            *_inventory(holders),
            "the content of repositories",
            self.ledger,
        )
        return KeptList(reason, self.question.now, tuple(rows), rests_on, plan.gaps, off_line(holders))

    async def _explain(self, target: Target | str) -> Explanation:
        if isinstance(target, str):
            return await self._short(target, await self._all())
        if target.name.project not in self.question.read:
            raise UsageError(
                f"{target.name}: project {target.name.project} is not read: add it to scope.projects or "
                f"scope.also_read, or give --project {target.name.project}"
            )
        if target.kind in _IN_REGISTRY:
            observed = await self._all()
            return await self._of(target, observed, self._rests_on_all(observed))
        place = target.name.project, target.name.location
        observed = await self.looker.place(*place, self.question.now)
        return await self._of(target, observed, (f"Cloud Run in {place[1]} of {place[0]}",))

    async def _short(self, text: str, observed: Observed) -> Explanation:
        meant = await self._meant(text, observed)
        names = (
            (f"the names of packages in {meant.searched} {kind_noun(Kind.REPOSITORY, meant.searched)}",)
            if meant.searched
            else ()
        )
        found = await self._of(meant.named, observed, (*self._rests_on_all(observed), *names))
        return replace(found, gaps=tuple(sorted({*found.gaps, *meant.gaps})))

    async def _meant(self, text: str, observed: Observed) -> Meant:
        within = [each for each in observed.repositories if self.question.in_scope(each.name)]
        return await Lookup(text, observed, within, self.looker).meant()

    async def _of(self, target: Target, observed: Observed, rests_on: tuple[str, ...]) -> Explanation:
        if target.kind not in _IN_REGISTRY:
            self._must_be_there(target.name, observed)
            return await self._decided(Subject(target, str(target.name)), observed, rests_on, self.looker)
        repository = _repository(target, observed)
        rests_on = (*rests_on, f"the content of {repository.name}")
        if target.kind is Kind.REPOSITORY:
            subject = Subject(target, str(repository.name), repository)
            return await self._decided(subject, observed, rests_on, self.looker)
        contents = await self.looker.contents(repository) if repository.format == DOCKER else Contents()
        if isinstance(contents, Gap):
            raise ObservationError(f"{repository.name}: it could not be read: {contents.cause}")
        if target.kind in IN_PACKAGES:
            return await self._inside(target, observed, rests_on, repository, contents)
        image = image_of(target, contents.images)
        subject = Subject(target, repository.name.version(image.package, image.digest), repository, image)
        return await self._decided(
            subject, observed, rests_on, _AlreadyRead(self.looker, repository, contents)
        )

    async def _inside(
        self, target: Target, observed: Observed, rests_on: tuple[str, ...], repository: Repository,
        contents: Contents,
    ) -> Explanation:  # fmt: skip
        if repository.mode is not Mode.STANDARD:
            raise NoSuchNameError(
                f"{repository.name} is not a standard repository: nothing in it is ever deleted"
            )
        packages = await self.looker.packages(repository)
        if isinstance(packages, Gap):
            raise ObservationError(f"{repository.name}: it could not be read: {packages.cause}")
        found = inside(target, repository, contents.images, packages)
        subject = Subject(target, found.name, repository, inside=found)
        reader = _AlreadyRead(self.looker, repository, contents, packages)
        return await self._decided(subject, observed, rests_on, reader)

    def _must_be_there(self, name: ResourceName, observed: Observed) -> None:
        loads = observed.workloads
        if any(each.name == name for _, each in listed(loads)):
            return
        if loads.gaps:
            raise ObservationError(f"{name}: it was not found, and some reads failed: {loads.gaps[0].cause}")
        raise NoSuchNameError(f"there is no {name}: {called_so(name.short, observed)}")

    async def _decided(
        self, subject: Subject, observed: Observed, rests_on: tuple[str, ...], reader: ContentReader
    ) -> Explanation:
        image, repository = subject.image, subject.repository
        where = repository.name if repository else None
        tracer = ResourceTracer(subject.name, where, image.package if image else "")
        detail = Detail(True, subject.target.kind, frozenset((where,) if where else ()), tracer)
        found, grace = await self._decide(observed, detail, reader)
        plan, references, holders = found.plan, found.references, found.holders
        waiting = grace.waiting.get(subject.name)
        decided = DecidedResource(self.question, observed, plan, subject, tracer, waiting)
        notices = native_cleanup((repository,)) if repository else ()
        if image or subject.inside:
            notices = (*notices, *reference_notice(references))
        told = explanation(decided, (*rests_on, *_inventory(holders), self.ledger), notices)
        return replace(told, unknown_uses=off_line(holders))

    async def _decide(
        self, observed: Observed, detail: Detail, reader: ContentReader
    ) -> tuple[SweepDecision, Grace]:
        question, memory = replace(self.question, detail=detail), self.memory.fresh()
        decided = await decide(question, observed, _NO_PRICES, DecisionPorts(reader, memory))
        return decided, memory.grace

    async def _all(self) -> Observed:
        return await self.looker.observe(self.question.read, self.question.now)

    def _rests_on_all(self, observed: Observed) -> tuple[str, ...]:
        policies = self.question.policies
        return (
            f"Cloud Run and the list of repositories in {read_in_words(policies.scope, self.question.read)}",
            *(f"the references in {file}" for file in policies.protect.reference_files),
            *unread_in_words(policies.scope, observed.holders.unread),
        )


@dataclass(frozen=True, slots=True)
class _AlreadyRead:
    """A reader that has read the content of one repository already, and its packages where they are given."""

    reader: ContentReader
    repository: Repository
    found: Contents
    held: tuple[Package, ...] | None = None

    async def contents(self, repository: Repository, allowance: Allowance | None = None) -> Contents | Gap:
        if repository.name == self.repository.name:
            return self.found
        return await self.reader.contents(repository, allowance)

    async def packages(
        self, repository: Repository, allowance: Allowance | None = None
    ) -> tuple[Package, ...] | Gap:
        return await self.reader.packages(repository, allowance) if self.held is None else self.held


def _inventory(holders: JudgedHolders) -> tuple[str, ...]:
    """What of Cloud Asset Inventory an answer rests on."""
    read = holders.holders
    return (
        (f"{read.assets:,} assets that Cloud Asset Inventory lists in {', '.join(read.read)}",)
        if read.read
        else ()
    )


def _repository(target: Target, observed: Observed) -> Repository:
    found = next((each for each in observed.repositories if each.name == target.repository), None)
    if found:
        return found
    hidden = [gap for gap in observed.gaps if gap.project == target.name.project]
    if hidden:
        raise ObservationError(
            f"{target.repository}: it was not found, and some reads failed: {hidden[0].cause}"
        )
    known = ", ".join(str(each.name) for each in observed.repositories[:8]) or "no repository at all"
    raise NoSuchNameError(f"there is no {target.repository}; there is {known}")


def _repositories(observed: Observed, wanted: str | None) -> tuple[Repository, ...]:
    """Those of a short or a full name; all of them where none is given."""
    found = tuple(r for r in observed.repositories if wanted in (None, r.name.repository, str(r.name)))
    if wanted and not found:
        known = sorted({each.name.repository for each in observed.repositories})
        near = get_close_matches(wanted, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known) or 'none'}"
        raise UsageError(f"--repository {wanted}: no repository that was read has that name; {hint}")
    return found
