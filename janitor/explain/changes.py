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
    KeepReason.GAP.value: "all failed reads (listed as gaps) succeed",
    KeepReason.NO_WORKLOADS_SEEN.value: f"a workload that runs images is found, or the policy file has {LINE_TO_ADD}",
    KeepReason.OPTED_OUT.value: "its opt-out ends: janitor marks lists it, janitor keep NAME --end ends it",
    KeepReason.GRACE.value: "the announced date is reached",
}
_WAYS = {
    KeepReason.SELF: "janitor runs as a service, job or worker pool with another name",
    KeepReason.GOOGLE_MANAGED: "a policy of its kind names it literally and has managed: true",
    KeepReason.SERVING: "it stops serving, or a policy has status: serving with older_than and a selector",
    KeepReason.STATUS_UNKNOWN: "its state becomes one that janitor knows",
    KeepReason.HAS_TRAFFIC: "its service's traffic and traffic tags move to other revisions",
    KeepReason.LATEST_REVISION: "a newer revision is deployed and ready",
    KeepReason.ONLY_REVISION: "another revision is deployed, or its whole service is deleted",
    KeepReason.LAST_EXECUTION: "there is a later execution, or its whole job is deleted",
    KeepReason.NOT_RETIRED: "Cloud Run retires it",
    KeepReason.RECONCILING: "Google finishes changing it",
    KeepReason.RUNNING: "the execution ends",
    KeepReason.NOT_STANDARD: "impossible: virtual and remote repositories and their content are never deleted",
    KeepReason.FORMAT_UNSUPPORTED: "impossible: only repositories of format docker are deleted",
    KeepReason.MULTI_REGION: "impossible: Google manages the regions of a multi-region service",
    KeepReason.IMMUTABLE_TAGS: "the tags of its repository become mutable",
    KeepReason.SUBJECT_UNKNOWN: "a policy names its artifact_type, or has orphaned: true and its subject is gone",
    KeepReason.HOLDS_REFERRER: "no artifact in it is about an existing image elsewhere, and no artifact elsewhere is about an image in it",
    KeepReason.HOLDS_SUBJECT_UNKNOWN: "a policy names it literally, or policies with artifact_type delete its content",
    KeepReason.CHILD_OF_KEPT: "every index and image that needs it is deleted",
    KeepReason.JUST_CREATED: "one hour passes after its latest known time",
    KeepReason.INVENTORY_DELAY: "one day passes after its latest known time",
    KeepReason.AGE_UNKNOWN: "Google reports a time for it, and none in the future",
    KeepReason.NEEDS_LITERAL_NAME: "a policy names it literally, without a glob",
    KeepReason.HOLDS_IN_USE: "no workload that is kept uses anything in it",
    KeepReason.HOLDS_RETAINED: "a policy names it literally, or no keep keeps anything in it",
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
    """Every change that is needed to make it deletable; of the policies one is enough. `artifact` is
    what makes an artifact deletable whose subject is not known."""
    for guard in guards:
        if guard.holds:
            own = KINDS[kind].ways_out.get(guard.reason, "")
            by_artifact = artifact if guard.reason is KeepReason.SUBJECT_UNKNOWN else ""
            yield f"{guard.reason.value}: {own or by_artifact or _way(guard, users)}"
    if verdict.reason in _LAST:
        yield f"{verdict.reason}: {_LAST[verdict.reason]}"
    if follows:
        yield f"it follows {', '.join(follows)}: that is deleted"
        return
    deleting = [policy for policy in policies if policy.deletes]
    if not deleting:
        yield f"add a policy of kind {kind.value} that matches it"
    elif not any(policy.matches for policy in deleting):
        yield from _to_match(deleting)
    for policy in policies:
        if policy.keep and policy.keep.reason is not None:
            yield f"policy {policy.name}: its keep ({policy.keep.asks}) no longer keeps it{_places(policy)}"


def _way(guard: GuardAnswer, users: Sequence[UserAnswer]) -> str:
    if guard.reason is KeepReason.IN_USE:
        names = dict.fromkeys(user.name for user in users if not user.goes_by)
        return f"no longer used by {', '.join(names)}"
    if guard.reason in (KeepReason.PROTECTED, KeepReason.HOLDS_PROTECTED):
        return f"no longer covered by {'; '.join(guard.details) or 'protect'}"
    return _WAYS.get(guard.reason) or f"no longer true: {meaning_of(guard.reason.value)}"


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
            yield f"{each.asks}{has}" + (" is known" if each.holds is None else "")
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
    """The changes that would keep it; each one is enough."""
    spec, of = KINDS[kind], _labelled(kind)
    for key, glob in {"janitor": "keep", **protect.labels}.items():
        yield f"{', or '.join(of)} has the label {key}={glob}"
    yield f"protect.names in the policy file names {of[0]}"
    if spec.is_tag or spec.labelled_by:
        yield f"protect.tags names {'it' if spec.is_tag else 'a tag of it'}"
    if kind in (Kind.IMAGE, Kind.REPOSITORY):
        yield "a workload that is kept uses it, or a file of protect.references lists it"
    yield f"someone opts it out: janitor keep {shlex.quote(name)}"
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
