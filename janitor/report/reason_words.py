"""Reasons in short words for tables: why resources are deleted, and why they are kept."""

from collections import Counter
from collections.abc import Sequence

from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason, KeepReason
from janitor.plan.plan import Action
from janitor.report.data.ages import age_of, ages_in_words
from janitor.report.data.causes import facts_and_failure
from janitor.report.data.names import contained, how_many

# "" where the age says it all.
_DELETED = {
    DeleteReason.FAILED: "failed",
    DeleteReason.TTL: "lifetime expired",
    DeleteReason.RETIRED: "",
    DeleteReason.UNUSED: "unused",
    DeleteReason.ORPHANED: "orphaned",
    DeleteReason.UNTAGGED: "untagged",
    DeleteReason.LARGER_THAN: "large",
    DeleteReason.OLDER_THAN: "",
    DeleteReason.MATCHED: "",
    DeleteReason.CHILD_OF: "child of a deleted image",
}
# What is said where the age is not recorded.
_WITHOUT_AGE = {DeleteReason.OLDER_THAN.value: "age"}
_KEPT = {
    KeepReason.SELF: "janitor itself",
    KeepReason.IN_USE: "in use",
    KeepReason.PROTECTED: "protected",
    KeepReason.OPTED_OUT: "opted out",
    KeepReason.GOOGLE_MANAGED: "managed by Google",
    KeepReason.MULTI_REGION: "multi-region",
    KeepReason.RUNNING: "running",
    KeepReason.RECONCILING: "being changed",
    KeepReason.SERVING: "serving",
    KeepReason.HAS_TRAFFIC: "with traffic",
    KeepReason.LATEST_REVISION: "latest revision",
    KeepReason.ONLY_REVISION: "only revision",
    KeepReason.LAST_EXECUTION: "last execution",
    KeepReason.HAS_INSTANCES: "with instances",
    KeepReason.NOT_RETIRED: "not retired",
    KeepReason.STATUS_UNKNOWN: "of unknown status",
    KeepReason.NOT_STANDARD: "virtual or remote",
    KeepReason.FORMAT_UNSUPPORTED: "of an unsupported format",
    KeepReason.IMMUTABLE_TAGS: "with immutable tags",
    KeepReason.HAS_TAGS: "tagged",
    KeepReason.SUBJECT_UNKNOWN: "of unknown subject",
    KeepReason.CHILD_OF_KEPT: "child of a kept image",
    KeepReason.KEEP_TAGGED: "kept by keep.tagged",
    KeepReason.KEEP_LATEST: "kept by keep.latest",
    KeepReason.KEEP_ROLLBACK: "kept by keep.rollback",
    KeepReason.KEEP_NEWER_THAN: "kept by keep.newer_than",
    KeepReason.KEEP_POLICY: "kept by a policy",
    KeepReason.JUST_CREATED: "younger than 1h",
    KeepReason.INVENTORY_DELAY: "younger than 1d, uses not known yet",
    KeepReason.OTHER_TAGS: "with other tags",
    KeepReason.VERSION_UNREADABLE: "without a readable version",
    KeepReason.AGE_UNKNOWN: "of unknown age",
    KeepReason.TTL_UNREADABLE: "with an unreadable lifetime",
    KeepReason.SIZE_UNKNOWN: "of unknown size",
    KeepReason.EXPR_FAILED: "expression failed",
    KeepReason.NOT_MATCHED: "not matched",
    KeepReason.NEEDS_LITERAL_NAME: "not named literally",
    KeepReason.HOLDS_IN_USE: "with an image in use",
    KeepReason.HOLDS_PROTECTED: "with protected content",
    KeepReason.HOLDS_REFERRER: "with a referrer",
    KeepReason.HOLDS_SUBJECT_UNKNOWN: "with unknown subjects",
    KeepReason.HOLDS_RETAINED: "with kept content",
    KeepReason.NO_WORKLOADS_SEEN: "no workloads found",
    KeepReason.GRACE: "scheduled for deletion",
    KeepReason.POLICY_NOT_SELECTED: "policy not selected",
    KeepReason.GAP: "not decided (a read failed)",
}


def kept_in_words(reason: KeepReason) -> str:
    """``in use``."""
    return _KEPT[reason]


def reason_in_words(reason: str) -> str:
    """The same by the wire name; a reason of a later version keeps its own."""
    return _KEPT[KeepReason(reason)] if reason in _KEPT else reason


def cause_in_words(reason: str, detail: str | None) -> str:
    """``failed, 26h old``: why a resource is deleted, by its wire name and what was recorded with it."""
    word = _DELETED[DeleteReason(reason)] if reason in _DELETED else reason
    facts = (detail or "").replace("; ", ", ")
    parts = [part for part in (word, facts) if part]
    return ", ".join(dict.fromkeys(parts)) or _WITHOUT_AGE.get(reason, reason.replace("-", " "))


def kept_with_wire_name(reason: str) -> str:
    """``in use (in-use)``; once where both are the same, and where a later version made the name."""
    words = reason_in_words(reason)
    return words if words == reason else f"{words} ({reason})"


def why_deleted(action: Action) -> list[str]:
    """``failed``, ``26h old``, ``with 2 revisions``: what to say of one deletion, the shortest to the point first."""
    (age, *facts), _ = facts_and_failure(action)
    parts = [_DELETED[action.reason], age, contained(action.contains), *facts]
    if len(action.tags) > 1:
        parts.append(f"{len(action.tags)} tags")
    return list(dict.fromkeys(part for part in parts if part)) or ["matched"]


def why_together(actions: Sequence[Action]) -> list[str]:
    """``28 images``, ``17–198d old``: the same of several deletions of one kind, and what all of them contain."""
    words = {_DELETED[action.reason] for action in actions}
    word = words.pop() if len(words) == 1 else ""
    ages = [age for action in actions if (age := age_of(action.detail))]
    held = Counter[Kind]()
    for action in actions:
        held.update(dict(action.contains))
    parts = [
        how_many(actions[0].kind, len(actions)),
        word,
        ages_in_words(ages),
        contained(tuple(held.items())),
    ]
    return [part for part in parts if part]
