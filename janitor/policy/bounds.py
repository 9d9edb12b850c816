"""What is so of all that a policy may delete, whatever its `when` says: by scope, protection, keep and kind.

Where `when` and one of these never hold together, the policy deletes nothing (advice.py). Pure.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from janitor.kinds.repository import MANAGED_NAMES, is_managed_label
from janitor.model.kinds import Kind, Status
from janitor.policy.decision import may_take_serving
from janitor.policy.implication import implies
from janitor.policy.model import OWN_LABEL, Policies, Policy, Protect
from janitor.policy.truth import keys, whom
from janitor.policy.values import (
    AnyTag,
    Condition,
    JobIs,
    LabelsAre,
    LocationIs,
    NameIs,
    Not,
    OlderThan,
    RepositoryIs,
    ServiceIs,
    StatusIs,
)

_Names = type[NameIs] | type[ServiceIs] | type[JobIs] | type[RepositoryIs]
# Cloud Run was announced, as a beta, at Google's conference of April 2019.
_CLOUD_RUN_BEGAN = datetime(2019, 4, 9, tzinfo=UTC)
# Docker was first released to the public in March 2013; Google's registries came later.
_DOCKER_BEGAN = datetime(2013, 3, 13, tzinfo=UTC)
# Artifact Registry's multi-regions (R1): its list of locations has them, Cloud Run's has not.
MULTI_REGIONS = ("asia", "europe", "us")
# What `protect.names` protects by name, of each kind (R11).
_PROTECTED_BY_NAME: dict[Kind, tuple[_Names, ...]] = {
    Kind.SERVICE: (NameIs,), Kind.JOB: (NameIs,), Kind.REPOSITORY: (NameIs,), Kind.REVISION: (ServiceIs,),
    Kind.EXECUTION: (JobIs,), Kind.WORKER_POOL: (NameIs,), Kind.IMAGE: (NameIs, RepositoryIs),
    Kind.VERSION: (NameIs, RepositoryIs), Kind.TAG: (NameIs, RepositoryIs), Kind.PACKAGE: (NameIs, RepositoryIs),
}  # fmt: skip
# The only ones that its guards let through (R6, R15), and how people are told.
_GOES_AS: dict[Kind, tuple[tuple[Status, ...], str]] = {
    Kind.SERVICE: (
        (Status.FAILED,),
        "its {} leaves none but services that serve, and these go only by `status: serving`, with "
        "`older_than` and whom: write that, or another",
    ),
    Kind.REVISION: (
        (Status.RETIRED, Status.FAILED),
        "no revision goes but retired and failed ones, and its {} leaves neither: write another",
    ),
    Kind.EXECUTION: (
        (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED),
        "no execution goes before it ended, and its {} leaves none that did: write another",
    ),
}


class Bound(NamedTuple):
    """It holds of whatever the policy deletes. `why` it deletes nothing that is otherwise, with the way out and
    a ``{}`` for the part of `when` that is; `at` is the key to blame where that is not the part."""

    holds: Condition
    why: str
    at: tuple[str, ...] = ()


def bounds(policy: Policy, policies: Policies) -> Iterator[Bound]:
    """All that are known of one policy of a file."""
    yield from _of_place(policy, policies.scope.locations)
    yield from _of_protection(policy, policies.protect)
    if not policy.managed:
        yield from _of_what_google_manages(policy)
    yield from _of_keep(policy, policies)
    if policy.kind in _GOES_AS:
        statuses, why = _GOES_AS[policy.kind]
        if may_take_serving(policy):
            statuses += (Status.SERVING, Status.DEGRADED)
        yield Bound(StatusIs(statuses), why)


def _of_place(policy: Policy, locations: tuple[str, ...] | None) -> Iterator[Bound]:
    if locations is not None:
        why = "none of scope.locations is among its {}: take one of them out"
        yield Bound(LocationIs(locations), why)
    if policy.kind.is_run:
        why = "Cloud Run has none of its {}: us, europe and asia are Artifact Registry's alone: write regions"
        yield Bound(Not(LocationIs(MULTI_REGIONS)), why)


def _of_protection(policy: Policy, protect: Protect) -> Iterator[Bound]:
    out = "take one of them out"
    for key in _PROTECTED_BY_NAME[policy.kind]:
        yield Bound(Not(key(protect.names)), f"protect.names holds all of its {{}}: {out}")
    yield Bound(Not(AnyTag(protect.tags)), f"protect.tags holds all of its {{}}: {out}")
    for name, glob in protect.labels.items():
        yield Bound(Not(LabelsAre({name: glob})), f"protect.labels holds its label {name}: {out}")
    own = "the label janitor: keep always protects: write other {}"
    yield Bound(Not(LabelsAre({OWN_LABEL: "keep"})), own)


def _of_what_google_manages(policy: Policy) -> Iterator[Bound]:
    """R14."""
    why = "what its {} names is Google's own: write managed: true beside it, and the whole name"
    key = NameIs if policy.kind is Kind.REPOSITORY else RepositoryIs
    if not policy.kind.is_run:
        yield Bound(Not(key(MANAGED_NAMES)), why)
    for part in keys(policy.when):
        if isinstance(part, LabelsAre):
            for label in filter(is_managed_label, part.labels):
                yield Bound(Not(LabelsAre({label: "*"})), why)


def _of_keep(policy: Policy, policies: Policies) -> Iterator[Bound]:
    """Every policy's `keep` holds whom its selectors match (R9); a literal name outweighs none but of what
    the policy takes whole (R13), and such kinds have no `keep`."""
    for each in policies.of(policy.kind):
        keep = each.keep
        if keep is None or not (each is policy or implies(policy.when, whom(each.when))):
            continue
        whose = "" if each is policy else f" of {each.name}"
        at = ("keep",) if each is policy else ()
        if keep.tagged:
            why = f"keep.tagged{whose} holds all of its {{}}: take one of them out"
            yield Bound(Not(AnyTag(keep.tagged)), why, (*at, "tagged") if at else ())
        if keep.newer_than is not None:
            why = f"keep.newer_than{whose} holds all of its {{}}: write a shorter one"
            yield Bound(OlderThan(keep.newer_than), why, (*at, "newer_than") if at else ())


def too_old(kind: Kind, age: timedelta, now: datetime) -> str:
    """Since when there is anything of a kind, where an age is longer than that; else ""."""
    if kind.is_run and now - age < _CLOUD_RUN_BEGAN:
        return "nothing on Cloud Run is that old, which began in April 2019"
    if now - age < _DOCKER_BEGAN:
        return "no registry of Google's is that old, and Docker itself began in March 2013"
    return ""
