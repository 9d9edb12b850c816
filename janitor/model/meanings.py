"""Meanings of wire names: reasons to keep and states of services, in words for people (docs/glossary.md)."""

from janitor.model.kinds import Status
from janitor.model.reasons import KeepReason

_KEPT = {
    KeepReason.SELF: "janitor itself runs as it",
    KeepReason.IN_USE: "a workload that is kept uses it",
    KeepReason.PROTECTED: "the policy file protects it, or the resource that contains it",
    KeepReason.OPTED_OUT: "someone opted it out, or its container or something in it",
    KeepReason.GOOGLE_MANAGED: "another Google product manages it",
    KeepReason.MULTI_REGION: "a multi-region service: Google manages its regions",
    KeepReason.RUNNING: "it runs, or an execution of it runs",
    KeepReason.RECONCILING: "Google is changing it",
    KeepReason.SERVING: "it is live",
    KeepReason.HAS_TRAFFIC: "it has traffic or a traffic tag",
    KeepReason.LATEST_REVISION: "it is the latest of its service",
    KeepReason.ONLY_REVISION: "it is the only one of its service",
    KeepReason.LAST_EXECUTION: "it is the last of a job that is kept",
    KeepReason.HAS_INSTANCES: "it has instances, or their number is unknown",
    KeepReason.NOT_RETIRED: "it is neither retired nor failed",
    KeepReason.STATUS_UNKNOWN: "no rule covers its state",
    KeepReason.NOT_STANDARD: "a virtual or remote repository, or an image in one",
    KeepReason.FORMAT_UNSUPPORTED: "a repository in a format other than docker",
    KeepReason.IMMUTABLE_TAGS: "its tags are immutable",
    KeepReason.HAS_TAGS: "it has a tag, and is deleted only without tags",
    KeepReason.SUBJECT_UNKNOWN: "an artifact with an unknown subject; a policy must name its artifact type or have orphaned: true",
    KeepReason.CHILD_OF_KEPT: "an index that contains it, the image that it is about, or an image about it is kept",
    KeepReason.KEEP_TAGGED: "keep.tagged keeps it",
    KeepReason.KEEP_LATEST: "keep.latest keeps it",
    KeepReason.KEEP_ROLLBACK: "keep.rollback keeps it",
    KeepReason.KEEP_NEWER_THAN: "keep.newer_than keeps it",
    KeepReason.KEEP_POLICY: "a policy with deletes: false matches it",
    KeepReason.JUST_CREATED: "it is younger than one hour",
    KeepReason.INVENTORY_DELAY: "it is younger than one day, and Cloud Asset Inventory may not list yet what uses it",
    KeepReason.OTHER_TAGS: "it also has a tag that the policy does not match",
    KeepReason.VERSION_UNREADABLE: "none of its tags can be read as a version (semver.org)",
    KeepReason.AGE_UNKNOWN: "no time is known, or a time is in the future",
    KeepReason.TTL_UNREADABLE: "its lifetime label cannot be read",
    KeepReason.SIZE_UNKNOWN: "its size is unknown",
    KeepReason.EXPR_FAILED: "the policy's expr failed for it",
    KeepReason.NOT_MATCHED: "no deleting policy matches it",
    KeepReason.NEEDS_LITERAL_NAME: "it is deleted only by its literal name",
    KeepReason.HOLDS_IN_USE: "it contains an image in use",
    KeepReason.HOLDS_PROTECTED: "it contains a protected resource",
    KeepReason.HOLDS_REFERRER: "it contains a signature of an image elsewhere that is not known to be gone, or an image with a signature elsewhere",
    KeepReason.HOLDS_SUBJECT_UNKNOWN: "it contains only artifacts with an unknown subject",
    KeepReason.HOLDS_RETAINED: "it contains an image that a keep keeps",
    KeepReason.NO_WORKLOADS_SEEN: "no workload was found that could use images",
    KeepReason.GRACE: "its deletion is scheduled for a later date",
    KeepReason.POLICY_NOT_SELECTED: "its policy is not one of those given",
    KeepReason.GAP: "a read failed that could show that it is in use, or what it contains",
}
_STATUSES = {
    Status.FAILED: "it never served traffic",
    Status.DEGRADED: "its newest deploy failed; an older revision serves",
}
_MEANINGS = {name.value: words for name, words in (*_KEPT.items(), *_STATUSES.items())}


def meaning_of(name: str) -> str:
    """In words; empty for a name that speaks for itself, or of a later version."""
    return _MEANINGS.get(name, "")
