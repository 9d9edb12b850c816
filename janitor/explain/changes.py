"""Changes that would be needed for a kept resource to be deleted, and for a deleted one to be kept."""

import shlex
from collections.abc import Iterator, Sequence

from janitor.kinds.table import KINDS, kind_noun
from janitor.model.kinds import Kind
from janitor.model.meanings import meaning_of
from janitor.model.reasons import KeepReason
from janitor.policy.deciding.gaps import LINE_TO_ADD
from janitor.policy.model import Protect
from janitor.report.data.explanation import Asked, GuardAnswer, PolicyAnswer, UserAnswer, Verdict

# What is asked of what would go, after every policy and guard.
_LAST = {
    KeepReason.GAP.value: "everything that was not read, listed as gaps, can be read",
    KeepReason.NO_WORKLOADS_SEEN.value: f"a workload that runs images is read, or the policy file says {LINE_TO_ADD}",
    KeepReason.OPTED_OUT.value: "nobody keeps it any more: janitor marks says who does, janitor keep NAME --end ends it",
    KeepReason.GRACE.value: "the date that was announced has come",
}
_WAYS = {
    KeepReason.SELF: "janitor runs as something of another name",
    KeepReason.GOOGLE_MANAGED: "a policy of its kind names it literally and says managed: true",
    KeepReason.SERVING: "it serves no more, or a policy says status: serving with older_than and a selector",
    KeepReason.STATUS_UNKNOWN: "its state becomes one that a rule covers",
    KeepReason.HAS_TRAFFIC: "its service's traffic, and every traffic tag, goes to other revisions",
    KeepReason.LATEST_REVISION: "a newer revision is deployed and ready",
    KeepReason.ONLY_REVISION: "another revision is deployed, or its whole service goes",
    KeepReason.LAST_EXECUTION: "a later execution is there, or its whole job goes",
    KeepReason.NOT_RETIRED: "Cloud Run retires it",
    KeepReason.RECONCILING: "Google has finished its work on it",
    KeepReason.RUNNING: "what runs has ended",
    KeepReason.NOT_STANDARD: "none: virtual and remote repositories and what they hold never go",
    KeepReason.FORMAT_UNSUPPORTED: "none: only whole repositories of format docker go",
    KeepReason.MULTI_REGION: "none: the regions of a multi-region service are Google's to manage",
    KeepReason.IMMUTABLE_TAGS: "its repository's tags are immutable no more",
    KeepReason.SUBJECT_UNKNOWN: "a policy names its artifact_type, or says orphaned: true and its subject is gone",
    KeepReason.HOLDS_REFERRER: "no artifact in it is about an image elsewhere that is there, and none elsewhere about an image in it",
    KeepReason.HOLDS_SUBJECT_UNKNOWN: "a policy names it literally, or policies of artifact_type took what it holds",
    KeepReason.CHILD_OF_KEPT: "every index and image that needs it goes",
    KeepReason.JUST_CREATED: "one hour has passed since the latest time that is known of it",
    KeepReason.AGE_UNKNOWN: "Google gives a time of it, and none in the future",
    KeepReason.NEEDS_LITERAL_NAME: "a policy names it literally, without a glob",
    KeepReason.HOLDS_IN_USE: "no workload that remains names anything in it",
    KeepReason.HOLDS_RETAINED: "a policy names it literally, or no keep holds anything in it",
}


def to_go(
    verdict: Verdict,
    guards: Sequence[GuardAnswer],
    policies: Sequence[PolicyAnswer],
    users: Sequence[UserAnswer],
    kind: Kind,
    follows: Sequence[str],
    artifact: str = "",
) -> Iterator[str]:
    """Everything that has to change, all of it; the policies are alternatives of each other. `artifact` is
    what makes an artifact deletable whose subject is not known."""
    for guard in guards:
        if guard.holds:
            own = KINDS[kind].ways_out.get(guard.reason, "")
            by_artifact = artifact if guard.reason is KeepReason.SUBJECT_UNKNOWN else ""
            yield f"{guard.reason.value}: {own or by_artifact or _way(guard, users)}"
    if verdict.reason in _LAST:
        yield f"{verdict.reason}: {_LAST[verdict.reason]}"
    if follows:
        yield f"it follows {', '.join(follows)}: that goes"
        return
    deleting = [policy for policy in policies if policy.deletes]
    if not deleting:
        yield f"a policy of kind {kind.value} is written that matches it"
    elif not any(policy.matches for policy in deleting):
        yield from _to_match(deleting)
    for policy in policies:
        if policy.keep and policy.keep.reason is not None:
            yield f"policy {policy.name}: its keep ({policy.keep.asks}) holds it no more{_places(policy)}"


def _way(guard: GuardAnswer, users: Sequence[UserAnswer]) -> str:
    if guard.reason is KeepReason.IN_USE:
        names = dict.fromkeys(user.name for user in users if not user.goes_by)
        return f"no more named by {', '.join(names)}"
    if guard.reason in (KeepReason.PROTECTED, KeepReason.HOLDS_PROTECTED):
        return f"covered no more by {'; '.join(guard.details) or 'protect'}"
    return _WAYS.get(guard.reason) or f"no longer so: {meaning_of(guard.reason.value)}"


def _to_match(policies: Sequence[PolicyAnswer]) -> Iterator[str]:
    for policy in policies:
        missing = [*_missing(policy.asked)]
        if missing:
            yield f"policy {policy.name} matches: {'; '.join(missing)}"


def _missing(asked: Sequence[Asked]) -> Iterator[str]:
    """What of a `when` does not hold, or is not known, as one has to read it."""
    for each in asked:
        if each.holds:
            continue
        has = f" (it has: {each.has})" if each.has else ""
        if not each.parts:
            yield f"{each.asks}{has}" + (" can be told" if each.holds is None else "")
        elif each.asks == "not":
            yield f"not {', '.join(part.asks for part in each.parts)}"
        elif each.asks == "any of":
            yield "any of " + " or ".join(_missing(each.parts))
        else:
            yield from _missing(each.parts)


def _places(policy: PolicyAnswer) -> str:
    keep = policy.keep
    return f"; it is {keep.place}" if keep is not None and keep.place else ""


def to_stay(verdict: Verdict, kind: Kind, name: str, protect: Protect) -> Iterator[str]:
    """Any one of these is enough."""
    spec, of = KINDS[kind], _labelled(kind)
    for key, glob in {"janitor": "keep", **protect.labels}.items():
        yield f"{', or '.join(of)} is labelled {key}={glob}"
    yield f"protect.names in the policy file names {of[0]}"
    if spec.is_tag or spec.labelled_by:
        yield f"protect.tags names {'it' if spec.is_tag else 'a tag of it'}"
    if kind in (Kind.IMAGE, Kind.REPOSITORY):
        yield "a workload that remains, or a file of protect.references, names it"
    yield f"somebody opts it out: janitor keep {shlex.quote(name)}"
    if verdict.policy:
        yield f"policy {verdict.policy} no longer matches it, and no other does"


def _labelled(kind: Kind) -> list[str]:
    """Whose labels protect one of the kind, in words: what lies in a repository has the labels of that alone."""
    spec = KINDS[kind]
    above = spec.labelled_by or spec.parent
    if above is None:
        return ["it"]
    beside = [f"its {kind_noun(spec.stands_for)}"] if spec.stands_for else [] if spec.labelled_by else ["it"]
    return [f"its {kind_noun(above)}", *beside]
