"""Meanings of wire names: reasons to keep and states of services, in words for people (docs/glossary.md)."""

from janitor.model.kinds import Status
from janitor.model.reasons import KeepReason

_KEPT = {
    KeepReason.SELF: "janitor itself runs as it",
    KeepReason.IN_USE: "something that remains names it",
    KeepReason.PROTECTED: "the policy file protects it, or what it belongs to",
    KeepReason.OPTED_OUT: "somebody keeps it, or what it belongs to, or something in it",
    KeepReason.GOOGLE_MANAGED: "another Google product made it and needs it",
    KeepReason.MULTI_REGION: "a multi-region service, whose regions Google manages",
    KeepReason.RUNNING: "it runs, or an execution of it does",
    KeepReason.RECONCILING: "Google is at work on it",
    KeepReason.SERVING: "it serves",
    KeepReason.HAS_TRAFFIC: "it has traffic or a traffic tag",
    KeepReason.LATEST_REVISION: "it is the latest of its service",
    KeepReason.ONLY_REVISION: "it is the only one of its service",
    KeepReason.LAST_EXECUTION: "it is the last of a job that stays",
    KeepReason.HAS_INSTANCES: "it has instances, or how many is not known",
    KeepReason.NOT_RETIRED: "it is neither retired nor failed",
    KeepReason.STATUS_UNKNOWN: "no rule covers its state",
    KeepReason.NOT_STANDARD: "a virtual or remote repository, or an image in one",
    KeepReason.FORMAT_UNSUPPORTED: "a repository of another format than docker",
    KeepReason.IMMUTABLE_TAGS: "its tags cannot be taken off",
    KeepReason.HAS_TAGS: "it has a tag, and goes only without",
    KeepReason.SUBJECT_UNKNOWN: "an artifact whose subject is not known; a policy must name its artifact type or say orphaned",
    KeepReason.CHILD_OF_KEPT: "an index that holds it, the image that it is about, or an image about it is kept",
    KeepReason.KEEP_TAGGED: "keep.tagged holds it",
    KeepReason.KEEP_LATEST: "keep.latest holds it",
    KeepReason.KEEP_ROLLBACK: "keep.rollback holds it",
    KeepReason.KEEP_NEWER_THAN: "keep.newer_than holds it",
    KeepReason.KEEP_POLICY: "a policy with deletes: false matches it",
    KeepReason.JUST_CREATED: "it is younger than one hour",
    KeepReason.OTHER_TAGS: "it also has a tag that the policy does not name",
    KeepReason.VERSION_UNREADABLE: "none of its tags can be read as a version (semver.org)",
    KeepReason.AGE_UNKNOWN: "no time is known, or one in the future",
    KeepReason.TTL_UNREADABLE: "its label says how long in words that cannot be read",
    KeepReason.SIZE_UNKNOWN: "no size is known",
    KeepReason.EXPR_FAILED: "the policy's expr could not be answered",
    KeepReason.NOT_MATCHED: "no deleting policy matches it",
    KeepReason.NEEDS_LITERAL_NAME: "it goes only by its literal name",
    KeepReason.HOLDS_IN_USE: "it holds an image in use",
    KeepReason.HOLDS_PROTECTED: "it holds something protected",
    KeepReason.HOLDS_REFERRER: "it holds a signature or the like of an image elsewhere, not known to be gone, or the image of one elsewhere",
    KeepReason.HOLDS_SUBJECT_UNKNOWN: "it holds artifacts alone, and their subject is not known",
    KeepReason.HOLDS_RETAINED: "it holds an image that a keep holds",
    KeepReason.NO_WORKLOADS_SEEN: "no workload was found that could use images",
    KeepReason.GRACE: "its deletion is announced, and the date has not come",
    KeepReason.POLICY_NOT_SELECTED: "its policy was not among those given",
    KeepReason.GAP: "something that could name it, or be in it, could not be read",
}
_STATUSES = {
    Status.FAILED: "nothing of it ever served",
    Status.DEGRADED: "its newest deploy failed, an older revision serves",
}
_MEANINGS = {name.value: words for name, words in (*_KEPT.items(), *_STATUSES.items())}


def meaning_of(name: str) -> str:
    """In words; empty for a name that speaks for itself, or of a later version."""
    return _MEANINGS.get(name, "")
