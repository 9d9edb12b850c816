"""The plan as canonical JSON: the same plan, the same bytes; and its id, a hash of what it would do."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from janitor.model.amounts import Estimate, Priced, Unpriced
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason, KeepReason
from janitor.plan.plan import Action, Kept, Plan

SCHEMA_VERSION = 1
_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode


def encode(plan: Plan) -> bytes:
    """One line of JSON for the head, then one for each action; LF after each."""
    return b"".join(_lines(plan))


def plan_id(plan: Plan) -> str:
    """``sha256:…`` over what would be done and on what ground; not over when it was observed.

    Two looks at an unchanged world give the same id.
    """
    digest = hashlib.sha256()
    for action in plan.actions:
        digest.update(_identity(action))
    digest.update(_encode([plan.policy_digest, [_gap(gap) for gap in plan.gaps]]).encode())
    return f"sha256:{digest.hexdigest()}"


def decode(data: bytes) -> Plan:
    """The plan that `encode` wrote; ValueError for anything else."""
    try:
        head, *lines = data.decode().splitlines()
        return _plan(json.loads(head), [_action(json.loads(line)) for line in lines])
    except (KeyError, TypeError, IndexError, AttributeError, ArithmeticError) as error:
        raise ValueError(f"not a plan: {error!r}") from error


_WORDS: dict[str, str] = {word: word.value for word in (*Kind, *DeleteReason)}


def _identity(action: Action) -> bytes:
    """What makes a deletion the one that was reviewed: all but its age in words, its price, its owner and its subjects, which its
    tags tell.

    Written as Python writes plain tuples of ASCII, where no two are the same: a third of the time
    that JSON takes.
    """
    kind, name, _, policy, reason, _, size, _, _, etag, uid, tags, after, contains, _, content, *_ = action
    counts = tuple([(_WORDS[kind], count) for kind, count in contains]) if contains else ()
    row = (_WORDS[kind], name, policy, _WORDS[reason], size, etag, uid, tags, after, counts, content)
    return ascii(row).encode()


def _lines(plan: Plan) -> Iterator[bytes]:
    yield _encode({
        "schema_version": SCHEMA_VERSION,
        "plan_id": plan.plan_id,
        "observed_at": plan.observed_at.isoformat(),
        "policy_digest": plan.policy_digest,
        "gaps": [_gap(gap) for gap in plan.gaps],
        "kept": [[kept.kind, kept.reason, kept.count, kept.names] for kept in plan.kept],
        "examined": plan.examined,
        "group_bytes": plan.group_bytes,
    }).encode() + b"\n"  # fmt: skip
    for action in plan.actions:
        yield _encode([*action[:7], _estimate(action.estimate), *action[8:]]).encode() + b"\n"


def _gap(gap: Gap) -> list[str | None]:
    return [gap.project, gap.location, gap.kind, gap.cause, gap.repository]


def _estimate(estimate: Estimate) -> list[Any]:
    if isinstance(estimate, Unpriced):
        return [estimate.why]
    return [format(estimate.usd_month, "f"), estimate.basis, estimate.upper_bound]


def _plan(head: dict[str, Any], actions: list[Action]) -> Plan:
    if head["schema_version"] != SCHEMA_VERSION:
        raise ValueError(
            f"plan of schema_version {head['schema_version']}; this janitor reads {SCHEMA_VERSION}"
        )
    return Plan(
        observed_at=datetime.fromisoformat(head["observed_at"]),
        policy_digest=head["policy_digest"],
        gaps=tuple(Gap(p, loc, Kind(kind), cause, repo) for p, loc, kind, cause, repo in head["gaps"]),
        actions=tuple(actions),
        kept=tuple(Kept(Kind(k), KeepReason(r), n, tuple(names)) for k, r, n, names in head["kept"]),
        examined={Kind(kind): count for kind, count in head["examined"].items()},
        group_bytes=head["group_bytes"],
        plan_id=head["plan_id"],
    )


def _action(row: list[Any]) -> Action:
    (
        kind,
        name,
        uri,
        policy,
        reason,
        detail,
        size,
        estimate,
        rank,
        etag,
        uid,
        tags,
        after,
        contains,
        group,
        content,
        owner,
        subjects,
    ) = row
    priced = Unpriced(*estimate) if len(estimate) == 1 else Priced(Decimal(estimate[0]), *estimate[1:])
    return Action(
        Kind(kind), name, uri, policy, DeleteReason(reason), detail, size, priced, (rank[0], rank[1]), etag, uid,
        tuple(tags), tuple(after), tuple((Kind(k), n) for k, n in contains), group, content,
        owner, tuple(subjects),
    )  # fmt: skip


def with_id(plan: Plan) -> Plan:
    """The same plan, bearing its id."""
    return replace(plan, plan_id=plan_id(plan))
