"""A Google in memory behind the ports of applying, and a recorder that remembers."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

from janitor.apply.deletion import DeleteCalls
from janitor.apply.executor import Executor
from janitor.apply.holders import FreshHolders
from janitor.apply.outcomes import Outcome
from janitor.apply.ports import CallError, ChangedError, NotFoundError, no_check
from janitor.apply.recheck import FreshReferences, Recheck, Subjects
from janitor.kinds.execution import Execution
from janitor.kinds.job import Job
from janitor.kinds.revision import Revision
from janitor.kinds.service import Service
from janitor.kinds.worker_pool import WorkerPool
from janitor.kinds.workload import RunResource
from janitor.model.amounts import Unpriced
from janitor.model.holders import NOT_ASKED, Holders
from janitor.model.inventory import Gap, Workloads
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.reasons import DeleteReason
from janitor.model.resources import Contents, Repository
from janitor.plan.guard import ClearedPlan
from janitor.plan.plan import Action, Plan
from janitor.policy.deciding.images import IMAGE_RANK
from janitor.policy.deciding.references import References, usage
from tests.making import NOW, REPOSITORY, digest, service

# An image is deleted by the call of a version.
CALLED = {Kind.IMAGE: "version"}


@dataclass
class FakeGoogle:
    """Reader and Deleter. `tags` maps a version's name to its tags; `fails` a name to what its deletes
    raise, one after the other; `before` is run ahead of every delete, with its name."""

    services: dict[str, Service] = field(default_factory=dict)
    revisions: dict[str, Revision] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)
    worker_pools: dict[str, WorkerPool] = field(default_factory=dict)
    repositories: dict[str, tuple[Repository, Contents | Gap]] = field(default_factory=dict)
    tags: dict[str, set[str]] = field(default_factory=dict)
    now_running: Workloads = field(default_factory=Workloads)
    now_held: Holders = NOT_ASKED
    fails: dict[str, list[Exception | None]] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    calls: list[tuple[str, str]] = field(default_factory=list)
    hangs: set[str] = field(default_factory=set)
    pause: float = 0.0
    busy: int = 0
    busiest: int = 0
    before: Callable[[str], None] = lambda _name: None

    @property
    def runs(self) -> dict[Kind, dict[str, Any]]:
        """What there is on Cloud Run, by kind and name."""
        return {
            Kind.SERVICE: self.services, Kind.REVISION: self.revisions, Kind.JOB: self.jobs,
            Kind.EXECUTION: self.executions, Kind.WORKER_POOL: self.worker_pools,
        }  # fmt: skip

    async def workload(self, kind: Kind, name: str) -> RunResource | None:
        found: RunResource | None = self.runs[kind].get(name)
        return found

    async def repository(self, name: RepositoryName) -> Repository | None:
        found = self.repositories.get(str(name))
        return found[0] if found else None

    async def contents(self, repository: Repository) -> Contents | Gap:
        return self.repositories[str(repository.name)][1]

    async def image_tags(
        self, repository: RepositoryName, package: str, digest: str
    ) -> frozenset[str] | None:
        self.calls.append(("list_tags", digest))
        found = self.tags.get(repository.version(package, digest))
        return None if found is None else frozenset(found)

    async def tags_of_package(
        self, repository: RepositoryName, package: str
    ) -> dict[str, frozenset[str]] | None:
        self.calls.append(("list_package_tags", package))
        parent = f"{repository.package(package)}/versions/"
        found = {
            name.removeprefix(parent): tags for name, tags in self.tags.items() if name.startswith(parent)
        }
        return {digest: frozenset(tags) for digest, tags in found.items() if tags}

    async def tag_version(self, name: str) -> str | None:
        package, _, tag = name.rpartition("/tags/")
        for version, tags in self.tags.items():
            if unquote(tag) in tags and version.startswith(package + "/"):
                return version.rpartition("/")[2]
        return None

    async def workloads(self) -> Workloads:
        self.calls.append(("workloads", ""))
        return self.now_running

    async def holders(self, now: datetime) -> Holders:
        self.calls.append(("holders", ""))
        return replace(self.now_held, read_at=now)

    async def delete(
        self, kind: Kind, name: str, etag: str = "", check: Callable[[], Awaitable[None]] = no_check
    ) -> str:
        await check()
        if kind is Kind.TAG:
            return self._untag(name)
        held = self.held(kind, name)
        if etag and name in held and held[name].etag != etag:
            raise ChangedError("ABORTED")
        return await self._delete(f"delete_{CALLED.get(kind, kind.name.lower())}", name, held)

    def held(self, kind: Kind, name: str) -> dict[str, Any]:
        """Where a delete takes it from."""
        if kind is Kind.REPOSITORY:
            return self.repositories
        return self.runs.get(kind, self.tags)

    async def delete_versions(self, package: str, names: list[str]) -> str:
        self.calls.append(("batch", f"{package} {len(names)}"))
        self._raise(package)
        for name in names:
            if name.rpartition("/")[2] not in {each.rpartition("/")[2] for each in self.refused}:
                self.tags.pop(name, None)
        return "operations/batch"

    def _untag(self, name: str) -> str:
        self.calls.append(("delete_tag", name))
        self._raise(name)
        for tags in self.tags.values():
            tags.discard(name.rpartition("/")[2])
        return ""

    async def remove_parts(self, kind: Kind, service: str, tags: Collection[str], etag: str) -> str:
        assert kind is Kind.TRAFFIC_TAG
        self.before(service)
        self.calls.append(("update_service", f"{service} {' '.join(sorted(tags))}"))
        self._raise(service)
        found = self.services.get(service)
        if found is None:
            raise NotFoundError("NOT_FOUND")
        if found.etag != etag:
            raise ChangedError("ABORTED")
        self.services[service] = replace(
            found,
            etag=f"{etag}+",
            requested=tuple(each for each in found.requested if each.tag not in tags),
            traffic=tuple(each for each in found.traffic if each.tag not in tags),
        )
        return f"operations/{service.rpartition('/')[2]}"

    async def create_tag(self, repository: RepositoryName, package: str, tag: str, digest: str) -> None:
        self.calls.append(("create_tag", tag))
        self.tags[repository.version(package, digest)].add(tag)

    async def wait(self, kind: Kind, operation: str) -> frozenset[str]:
        self.busy += 1
        self.busiest = max(self.busy, self.busiest)
        try:
            await asyncio.sleep(self.pause)
        finally:
            self.busy -= 1
        return self.refused if operation.endswith("batch") else frozenset()

    async def _delete(self, call: str, name: str, held: dict[str, Any]) -> str:
        self.before(name)
        self.calls.append((call, name))
        if name in self.hangs:
            await asyncio.Event().wait()
        self._raise(name)
        if held.pop(name, None) is None:
            raise NotFoundError("NOT_FOUND")
        return f"operations/{name.rpartition('/')[2]}"

    def _raise(self, name: str) -> None:
        error = self.fails[name].pop(0) if self.fails.get(name) else None
        if error:
            raise error

    def sent(self, call: str) -> list[str]:
        """What a call was made for, in order."""
        return [name for made, name in self.calls if made == call]


@dataclass
class FakeRecorder:
    """Remembers, in order; `events` are (what, name)."""

    events: list[tuple[str, str]] = field(default_factory=list)
    ends: dict[str, Outcome] = field(default_factory=dict)
    intents: list[str] = field(default_factory=list)

    async def intend(self, actions: Sequence[Action], group_bytes: Mapping[str, int]) -> list[int]:
        self.events += [("intend", action.name) for action in actions]
        self.intents += [action.name for action in actions]
        return list(range(len(self.intents) - len(actions), len(self.intents)))

    async def note_operation(self, intents: Sequence[int], operation: str) -> None:
        self.events += [("note", self.intents[intent]) for intent in intents]

    async def conclude(self, ends: Sequence[tuple[Action, int | None, Outcome]]) -> None:
        for action, intent, outcome in ends:
            assert intent is None or self.intents[intent] == action.name
            self.events.append(("conclude", action.name))
            self.ends[action.name] = outcome


def action(kind: Kind, name: str, **facts: object) -> Action:
    """An action of the first rank."""
    values: dict[str, object] = {
        "uri": name, "policy": "p", "reason": DeleteReason.UNUSED, "detail": "", "size_bytes": 0,
        "estimate": Unpriced("no price"), "rank": (0, 0),
    }  # fmt: skip
    return Action(kind, name, **(values | facts))  # type: ignore[arg-type]


def of_service(found: Service, **facts: object) -> Action:
    return action(Kind.SERVICE, str(found.name), **({"etag": found.etag, "uid": found.uid} | facts))


def of_image(label: str, *tags: str, package: str = "app", **facts: object) -> Action:
    name = REPOSITORY.version(package, digest(label))
    return action(Kind.IMAGE, name, **({"tags": tags, "rank": (1, IMAGE_RANK)} | facts))


def services(google: FakeGoogle, *shorts: str) -> list[Action]:
    """Services that stand, and an action each."""
    made = [service(short) for short in shorts]
    google.services.update({str(each.name): each for each in made})
    return [of_service(each) for each in made]


def images(google: FakeGoogle, *actions: Action) -> list[Action]:
    """Let images of these actions stand as planned."""
    google.tags.update({each.name: set(each.tags) for each in actions})
    return list(actions)


def unasked(google: FakeGoogle) -> FreshHolders:
    """The inventory where the policy file has `holders: off`."""
    return FreshHolders(google, NOT_ASKED, "off", lambda: NOW)


def recheck(google: FakeGoogle, planned: Workloads | None = None, age: float = 0.0) -> Recheck:
    """References as planned, read `age` minutes ago."""
    named: References = usage(planned or Workloads(), {}, (), {}).remaining
    clock, holders = (lambda: NOW + timedelta(minutes=age)), unasked(google)
    references = FreshReferences(google, named, NOW, (), {}, clock, holders)
    return Recheck(google, references, Subjects(google, lambda: NOW))


@dataclass
class FakeTurns:
    """Gives a turn at once and remembers it: how many deletes were asked for, answered and left over. `hold` is run
    before each turn."""

    taken: list[tuple[str, int]] = field(default_factory=list)
    answered: int = 0
    left_over: int = 0
    hold: Callable[[], None] = lambda: None

    async def take(self, kind: Kind, name: str, deletes: int, over: Callable[[], bool]) -> "FakeTurn | None":
        self.hold()
        if over():
            return None
        self.taken.append((name, deletes))
        return FakeTurn(self, deletes)


@dataclass
class FakeTurn:
    """A turn that may not be overdrawn."""

    turns: FakeTurns
    left: int

    def answered(self, deletes: int) -> None:
        assert deletes <= self.left
        self.left -= deletes
        self.turns.answered += deletes

    def close(self) -> None:
        self.turns.left_over += self.left


def executor(google: FakeGoogle, recorder: FakeRecorder, **facts: object) -> Executor:
    values: dict[str, object] = {
        "turns": FakeTurns(), "stop": asyncio.Event(), "time_up": asyncio.Event(),
    }  # fmt: skip
    return Executor(recheck(google), DeleteCalls(google, google), recorder, **(values | facts))  # type: ignore[arg-type]


def cleared(*actions: Action) -> ClearedPlan:
    return ClearedPlan(Plan(NOW, "", (), tuple(actions), (), {}, {}, ""))


REFUSED = CallError("FAILED_PRECONDITION: no")
