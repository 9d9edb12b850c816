"""Running policy tests: the sweep's own decision, on the resources that the test describes."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import quote

from janitor.cost.book import PriceBook
from janitor.model.inventory import Gap, Observed, merged
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.model.resources import Contents, Package, Repository
from janitor.plan.plan import Plan
from janitor.policy.deciding.context import DecisionInput, Detail, Memory
from janitor.policy.deciding.projects import literal_projects
from janitor.policy.deciding.use_history import UseLog, history_of
from janitor.policy.model import Policies
from janitor.policytest.file import PROJECT
from janitor.policytest.model import (
    DescribedResource,
    Difference,
    ExpectDeleted,
    ExpectKept,
    GoesWith,
    PolicyTest,
    PolicyTestResult,
    Verdict,
)
from janitor.sweep.in_flight import Allowance
from janitor.sweep.repositories import DecisionPorts
from janitor.sweep.sweep import decide

# Nothing is priced: what a resource costs decides nothing.
_NO_PRICES = PriceBook("fallback", date.min, {})


class Written:
    """An observer that reads what a test says."""

    def __init__(self, case: PolicyTest, now: datetime, projects: Sequence[str]) -> None:
        self._case = case
        self._now = now
        self._projects = tuple(projects)

    async def observe(self, projects: Sequence[str], now: datetime) -> Observed:
        """Everything but the content of repositories."""
        repositories = tuple(
            sorted((each for each, _ in self._case.repositories.values()), key=lambda r: r.name)
        )
        return Observed(now, tuple(projects), merged([self._case.workloads]), repositories)

    async def contents(self, repository: Repository, _: Allowance | None = None) -> Contents | Gap:
        """What one repository holds."""
        return self._case.repositories[repository.name][1]

    async def packages(self, repository: Repository, _: Allowance | None = None) -> tuple[Package, ...] | Gap:
        """Its packages, with versions of other formats than docker."""
        return self._case.repositories[repository.name][1].packages or ()


def rehearse(case: PolicyTest, policies: Policies, now: datetime) -> PolicyTestResult:
    """Decide about the test's world, and compare with what it expects.

    A deletion that `expect` does not contain is a difference, too.
    """
    found = _verdicts(case, asyncio.run(_plan(case, policies, now)))
    differences = []
    for full, thing in case.things.items():
        expected = case.expected.get(full)
        if expected is None and not isinstance(found[full], ExpectDeleted):
            continue
        if expected is None or not _agrees(expected, found[full], case.things):
            differences.append(Difference(thing, expected, found[full]))
    return PolicyTestResult(case, tuple(differences))


async def _plan(case: PolicyTest, policies: Policies, now: datetime) -> Plan:
    # a test lists what it speaks of, and may leave out the workloads that a project has beside it (R42)
    scope = replace(policies.scope, no_workloads=True)
    policies = replace(policies, scope=scope)
    deletable = literal_projects(scope) or (PROJECT,)
    read = tuple(dict.fromkeys((*deletable, *scope.also_read)))
    observer = Written(case, now, read)
    selected = {policy.name for policy in policies.policies}
    question = DecisionInput(policies, selected, deletable, read, frozenset(), now, Detail(names=True))
    # the ledger of a test goes back for ever: what it does not say was used never was
    uses = UseLog(history_of(datetime.fromtimestamp(0, UTC), case.uses), read)
    observed = await observer.observe(read, now)
    return (await decide(question, observed, _NO_PRICES, DecisionPorts(observer, Memory(uses=uses)))).plan


def _verdicts(case: PolicyTest, plan: Plan) -> Mapping[str, Verdict]:
    """By Google's name. A resource to which no policy applies is matched by none."""
    said: dict[str, Verdict] = {
        action.name: ExpectDeleted(action.policy, action.reason) for action in plan.actions
    }
    said |= {name: ExpectKept(row.reason) for row in plan.kept for name in row.names}
    deleted = [name for name in case.things if isinstance(said.get(name), ExpectDeleted)]
    taken = {
        f"{action.name.partition('/versions/')[0]}/tags/{quote(tag, safe='-._~:@')}": case.things[
            action.name
        ].short
        for action in plan.actions
        if action.kind is Kind.IMAGE
        for tag in action.tags
    }
    found: dict[str, Verdict] = {}
    for full in case.things:
        if full in taken:
            found[full] = GoesWith(taken[full])
        elif full in said:
            found[full] = said[full]
        elif holder := next((each for each in deleted if full.startswith(f"{each}/")), None):
            found[full] = GoesWith(case.things[holder].short)
        else:
            found[full] = ExpectKept(KeepReason.NOT_MATCHED)
    return found


def _agrees(expected: Verdict, found: Verdict, things: Mapping[str, DescribedResource]) -> bool:
    match expected, found:
        case (ExpectDeleted(policy, None), ExpectDeleted(other, _)):
            return policy == other
        case (GoesWith(name), GoesWith(holder)):
            return any(name in thing.names and holder == thing.short for thing in things.values())
        case _:
            return expected == found
