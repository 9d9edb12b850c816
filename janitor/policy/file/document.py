"""From the policy file's bytes to the values of policy/model.py, or to every mistake that it holds."""

from collections.abc import Callable, Iterator

from janitor.model.kinds import Kind
from janitor.policy import model
from janitor.policy.conditions.condition import All, AnyOf, Condition, Not
from janitor.policy.conditions.expression import Expr
from janitor.policy.conditions.key import Beside
from janitor.policy.conditions.table import BY_NAME
from janitor.policy.file.combinations import combinations
from janitor.policy.file.defaults import idle_defaults, with_defaults
from janitor.policy.file.field_types import Model
from janitor.policy.file.grammar import (
    GRAMMAR,
    AnyPolicy,
    Document,
    ImageKeep,
    KeepModel,
    Per,
    RevisionKeep,
    TaggedKeep,
    VersionKeep,
    VersionPer,
    read_document,
)
from janitor.policy.file.mistakes import locate, mistake
from janitor.policy.file.reference_files import ReferenceFiles, read_reference_files
from janitor.policy.file.sections import ReportSection, ScheduleSection, TtlSection
from janitor.policy.file.source import Problem, plain, read_source, refusal
from janitor.policy.model import ReportOptions, Schedule


def parse_policies(data: bytes, source: str, read_reference_file: Callable[[str], bytes]) -> model.Policies:
    """The policies that the bytes of a file say; `source` names the file in messages.

    `read_reference_file` is given each entry of `protect.references` as written, and raises OSError
    where it cannot be read. PolicyFileError holds every mistake of the file, a line each, in order.
    """
    tree = read_source(data, source)
    root = with_defaults(tree.root, GRAMMAR)
    raw = plain(root)
    problems = list(tree.problems)
    document, errors = read_document(raw)
    problems += [mistake(root, GRAMMAR, each) for each in errors]
    others = (*combinations(raw), *idle_defaults(tree.root, GRAMMAR))
    problems += [Problem(locate(root, path)[0], text) for path, text in others]
    read = read_reference_files(tree.root, source, read_reference_file)
    problems += read.problems
    if problems or read.mistaken or document is None:
        raise refusal(source, problems, read.mistaken)
    return _policies(document, read, data)


def _policies(document: Document, references: ReferenceFiles, data: bytes) -> model.Policies:
    scope, protect, limits = document.scope, document.protect, document.limits
    return model.Policies(
        model.Scope(
            _once(scope.projects),
            scope.locations and _once(scope.locations),
            _once(scope.also_read),
            scope.workloads == "none",
            scope.organization,
            _once(scope.folders),
            _once(scope.exclude),
            _once(scope.unread),
        ),
        document.mode,
        model.Protect(
            protect.labels,
            protect.names,
            protect.tags,
            references.references,
            references.names,
            protect.holders,
        ),
        model.Limits(
            limits.max_deletions,
            limits.max_share,
            limits.max_monthly_value,
            limits.max_unpriced,
            limits.max_duration,
        ),
        tuple(_policy(each, document.ttl) for each in document.policies),
        references.digest_with(data),
        _schedule(document.schedule),
        _report(document.report),
    )


def _schedule(section: ScheduleSection) -> Schedule:
    return Schedule(section.timezone, section.sweep.cron, section.sweep.jitter, section.report.cron)


def _report(section: ReportSection) -> ReportOptions:
    return ReportOptions(section.note, section.horizon, section.show_creator)


def _once(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _policy(policy: AnyPolicy, ttl: TtlSection) -> model.Policy:
    return model.Policy(
        policy.name,
        Kind(policy.kind),
        _condition(policy.when, Beside(policy.name, ttl.label, ttl.expires_label)),
        _retention(getattr(policy, "keep", None)),
        policy.managed,
        policy.grace,
        policy.deletes,
    )


def _retention(keep: KeepModel | None) -> model.Retention | None:
    if keep is None:
        return None
    if isinstance(keep, RevisionKeep):
        return model.Retention(keep.latest, newer_than=keep.newer_than, rollback=keep.rollback)
    tagged = keep.tagged if isinstance(keep, TaggedKeep) else None
    per = keep.per if isinstance(keep, ImageKeep | VersionKeep) else None
    return model.Retention(keep.latest, tagged or (), keep.newer_than, _per(per), per.latest if per else None)


def _per(per: Per | VersionPer | None) -> model.PerTag | model.PerSemver | None:
    if isinstance(per, Per) and per.tag:
        return model.PerTag(per.tag)
    return model.PerSemver(per.semver) if per and per.semver else None


def _condition(when: Model | None, beside: Beside) -> All:
    return All(tuple(_parts(when, beside)) if when else ())


def _parts(when: Model, beside: Beside) -> Iterator[Condition]:
    """Each key; the expression last, for it costs the most."""
    for name in sorted(type(when).model_fields, key=lambda each: each == Expr.name):
        value = getattr(when, name)
        if value is None:
            continue
        match name:
            case "any":
                yield AnyOf(tuple(_condition(each, beside) for each in value))
            case "all":
                yield All(tuple(_condition(each, beside) for each in value))
            case "not_":
                yield Not(_condition(value, beside))
            case _:
                yield BY_NAME[name].read(value, beside)
