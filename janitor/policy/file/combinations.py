"""What is well spelled and yet must not stand together: it could never hold, or would delete too much.

Asked of the file's plain data and not of the models, so that a misspelled key elsewhere in a policy
hides nothing of this. Where a value is of a wrong type the models say so, and this says nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from janitor.kinds.spec import Keeps
from janitor.kinds.table import BY_WIRE_NAME
from janitor.model.kinds import Status
from janitor.model.text import show
from janitor.policy.conditions.key import Path, Surroundings
from janitor.policy.conditions.patterns import is_literal, mistake_of
from janitor.policy.conditions.table import BY_NAME, KEYS
from janitor.policy.conditions.ttl import TtlExpired

Found = tuple[Path, str]

# Kinds of which a policy may have `keep` alone: all but those.
_KEEPING = frozenset(kind for kind, spec in BY_WIRE_NAME.items() if spec.policies.keep)


def combinations(data: Any) -> Iterator[Found]:
    """Each mistake with the path of the value that it is about."""
    if isinstance(data, dict):
        yield from _ttl_labels(data.get("ttl"))
        yield from _scope(data.get("scope"))
    policies = data.get("policies") if isinstance(data, dict) else None
    first: dict[str, int] = {}
    for place, policy in enumerate(policies if isinstance(policies, list) else ()):
        if not isinstance(policy, dict):
            continue
        path: Path = ("policies", place)
        name = policy.get("name")
        if isinstance(name, str) and first.setdefault(name, place) != place:
            yield (
                (*path, "name"),
                f"the name {show(name)} is policy {first[name] + 1}'s name already: choose another",
            )
        for below, text in _of_policy(policy):
            yield path + below, text


def _scope(section: Any) -> Iterator[Found]:
    """Globs of projects need an organization or folders, whose projects they choose from (R52)."""
    if not isinstance(section, dict):
        return
    for place, project in enumerate(section["unread"] if isinstance(section.get("unread"), list) else ()):
        for key in ("projects", "also_read"):
            if isinstance(section.get(key), list) and project in section[key]:
                yield (
                    ("scope", "unread", place),
                    f"unread: {key} names {show(project)} too: remove it from one of the two",
                )
    if "organization" in section and "folders" in section:
        yield (
            ("scope", "folders"),
            "folders: the organization has them all: remove one of the two, or choose projects with `projects`",
        )
    if "organization" in section or "folders" in section:
        return
    for key in ("exclude", "unread"):
        if key in section:
            yield (
                ("scope", key),
                f"{key}: it is about the projects of `organization` or `folders`: add one of them, or remove {key}",
            )
    projects = section.get("projects")
    for place, project in enumerate(projects if isinstance(projects, list) else ()):
        if isinstance(project, str) and not is_literal(project):
            yield (
                ("scope", "projects", place),
                f"{show(project)} is a glob: add `organization` or `folders`, or write project IDs",
            )


def _ttl_labels(section: Any) -> Iterator[Found]:
    usual = TtlExpired()
    if isinstance(section, dict):
        label = section.get("label", usual.label)
        if isinstance(label, str) and label == section.get("expires_label", usual.expires_label):
            yield ("ttl",), f"ttl: label and expires_label are both {show(label)}: use two different labels"


def _of_policy(policy: Mapping[str, Any]) -> Iterator[Found]:
    kind = str(policy.get("kind"))
    when, keep = policy.get("when", {}), policy.get("keep")
    if policy.get("deletes") is False:
        for key in ("grace", "managed"):
            if policy.get(key):
                yield (key,), f"{key}: a policy with `deletes: false` deletes nothing: remove one of them"
    if keep == {}:
        yield ("keep",), "keep is empty: write `keep: {latest: 3}`, for example, or remove it"
    if kind in _KEEPING and not keep and "when" not in policy:
        keeps = policy.get("deletes") is False
        example = (
            "keeps, such as `when: {name: base}`"
            if keeps
            else "may delete, such as `when: {older_than: 72h}`"
        )
        yield (), f"when is missing: write what the policy {example}"
    if isinstance(when, dict):
        if "when" in policy and not when and not keep:
            yield (
                ("when",),
                "when is empty and would match everything: write {older_than: 72h}, for example",
            )
        deletes = policy.get("deletes") is not False
        if deletes and policy.get("managed") is True:
            yield from _managed(kind, when)
        yield from _kept_tags(when, keep)
        yield from _grouped(kind, when, keep)
        for path, text in _serving(kind, when) if deletes else ():
            yield ("when", *path), text
        for path, text in _nested(kind if deletes else "", when, positive=True):
            yield ("when", *path), text
        for path, text in expressions(kind, when):
            yield ("when", *path), text


def _managed(kind: str, when: Mapping[str, Any]) -> Iterator[Found]:
    spec = BY_WIRE_NAME.get(kind)
    keys = spec.policies.named_by if spec else ()
    if keys and not any(is_literal(glob) for key in keys for glob in _texts(when.get(key))):
        yield (
            ("managed",),
            (
                f"managed: true needs the full name of the resource, without a glob: write `{keys[0]}: NAME` in when"
            ),
        )


def _kept_tags(when: Mapping[str, Any], keep: Any) -> Iterator[Found]:
    if when.get("tagged") is False and isinstance(keep, dict) and "tagged" in keep:
        yield (
            ("keep", "tagged"),
            "keep.tagged has no effect beside `tagged: false` in when: remove one of them",
        )


def _grouped(kind: str, when: Mapping[str, Any], keep: Any) -> Iterator[Found]:
    per = keep.get("per") if isinstance(keep, dict) else None
    if not isinstance(per, dict):
        return
    spec = BY_WIRE_NAME.get(kind)
    by_either = spec is not None and spec.policies.keep is Keeps.TAGGED_IMAGES
    if by_either and ("tag" in per) is ("semver" in per):
        yield ("keep", "per"), "per groups either by `tag` or by `semver`: write one, such as {semver: minor}"
    if isinstance(per.get("tag"), str) and (mistake := mistake_of(per["tag"])):
        yield ("keep", "per", "tag"), f"tag: {mistake}"
    if "latest" not in keep:
        text = "per sets the groups in which latest counts: write latest beside it, as in {latest: 3, per: …}"
        yield ("keep", "per"), text
    if when.get("tagged") is False:
        yield ("keep", "per"), "per groups by tags, and when has `tagged: false`: remove one of them"


def _serving(kind: str, when: Mapping[str, Any]) -> Iterator[Found]:
    """R15: a service that serves goes only by a policy that says so, for how long, and whom."""
    spec = BY_WIRE_NAME.get(kind)
    goes_live = spec is not None and Status.SERVING in spec.policies.statuses
    if not goes_live or Status.SERVING.value not in _texts(when.get("status")):
        return
    if "older_than" not in when:
        yield ("status",), "status: serving deletes live services: it needs `older_than` beside it in when"
    if not any(key.singles_out and _selects(when.get(key.name)) for key in KEYS):
        yield (
            ("status",),
            (
                "status: serving deletes live services: it needs `name` or `labels` beside it in when, "
                "such as `labels: {env: preview}`"
            ),
        )


def _selects(value: Any) -> bool:
    """Whether it is there and not a glob for anything."""
    return bool(value) if isinstance(value, dict) else any(glob.strip("*") for glob in _texts(value))


def _nested(kind: str, when: Mapping[str, Any], positive: bool, top: bool = True) -> Iterator[Found]:
    """What must not stand where it stands, in nested conditions too."""
    place = Surroundings(kind, when, positive, top)
    for name in when:
        for text in BY_NAME[name].misplaced(place) if name in BY_NAME else ():
            yield (name,), text
    for step, part, says in _parts(when, positive):
        if part:
            for path, text in _nested(kind, part, says, top=False):
                yield (*step, *path), text
        else:
            yield step, f"{step[0]} contains an empty condition, which is always true: add a key to it"


def expressions(kind: str, when: Mapping[str, Any]) -> Iterator[Found]:
    """What is wrong with the values of a condition, such as expressions, in nested ones too."""
    for name, value in when.items():
        for path, text in BY_NAME[name].mistakes(value, kind) if name in BY_NAME else ():
            yield (name, *path), text
    for step, part, _ in _parts(when, True):
        for path, text in expressions(kind, part):
            yield (*step, *path), text


def _parts(when: Mapping[str, Any], positive: bool) -> Iterator[tuple[Path, Mapping[str, Any], bool]]:
    for key in ("any", "all"):
        value = when.get(key)
        for place, part in enumerate(value if isinstance(value, list) else ()):
            if isinstance(part, dict):
                yield (key, place), part, positive
    if isinstance(when.get("not"), dict):
        yield ("not",), when["not"], not positive


def _texts(value: Any) -> tuple[str, ...]:
    found = value if isinstance(value, list) else [value]
    return tuple(text for text in found if isinstance(text, str))
