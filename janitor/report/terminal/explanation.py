"""An explanation, or a list of what is kept, for a person at a terminal. Pure."""

from collections.abc import Iterator, Sequence
from typing import TextIO

from rich.text import Text

from janitor.kinds.table import RUN_COLLECTIONS, kind_noun
from janitor.model.inventory import Gap
from janitor.model.meanings import meaning_of
from janitor.model.names import ResourceName
from janitor.model.reasons import KeepReason
from janitor.model.text import safe_text
from janitor.model.units import moment
from janitor.report.data.explanation import (
    Asked,
    Explanation,
    Fate,
    GuardAnswer,
    KeepAnswer,
    KeptList,
    PolicyAnswer,
    UserAnswer,
    Verdict,
)  # fmt: skip
from janitor.report.data.names import how_many, kind_in_words
from janitor.report.reason_words import kept_with_wire_name
from janitor.report.terminal.failed_reads import incomplete
from janitor.report.terminal.tables import console_for, indented, print_lines

_HOLDS = {True: "holds", False: "does not", None: "unknown"}
_NAMES_SHOWN = 500


def write_explanation(found: Explanation, out: TextIO) -> None:
    """Write the explanation of one resource: verdict, policies, guards, users, content, changes, what was read.

    The same explanation, the same text; nothing in it steers a terminal.
    """
    console = console_for(out)
    width = console.width
    print_lines(
        console,
        _head(found, width),
        _policies(found, width),
        _guards(found.guards, width),
        _users(found.users, width),
        _along(found, width),
        _changes(found, width),
        _notices(found.notices, width),
        _rests_on(found.rests_on, found.gaps, width),
    )


def write_kept(found: KeptList, out: TextIO) -> None:
    """One line a resource, those who name it below."""
    console = console_for(out)
    reason = found.reason.value
    if found.unknown_uses:
        print_lines(console, (indented(found.unknown_uses, console.width, 0, "yellow"), Text()))
    console.print(Text(f"Kept: {reason} ({meaning_of(reason)}): {len(found.rows):,}", style="bold"))
    for row in found.rows:
        console.print(_line(f"  {row.name}"), soft_wrap=True)
        for user in row.users:
            console.print(_line(f"      {user_place(user)}", "dim"), soft_wrap=True)
    print_lines(console, _rests_on(found.rests_on, found.gaps, console.width))


def user_place(name: str) -> str:
    """``service web (asia-northeast3, my-project)``; a name of another shape as it is."""
    try:
        found = ResourceName.parse(name)
    except ValueError:
        return name
    holder = f" of {found.parent.short}" if len(found.path) > 2 else ""
    kind = RUN_COLLECTIONS.get(found.collection)
    noun = kind_noun(kind) if kind else found.collection.removesuffix("s")
    return f"{noun} {found.short}{holder} ({found.location}, {found.project})"


def _line(text: str, style: str = "") -> Text:
    return Text(safe_text(text), style=style)


def _heading(text: str) -> Iterator[Text]:
    yield Text()
    yield Text(text, style="bold")


def _head(found: Explanation, width: int) -> Iterator[Text]:
    verdict = found.verdict
    at = moment(found.observed_at)
    if found.unknown_uses:
        yield indented(found.unknown_uses, width, 0, "yellow")
        yield Text()
    yield _line(f"{kind_in_words(found.kind)}, read on {at}", "dim")
    yield _line(found.name)
    if found.uri:
        yield _line(found.uri, "dim")
    yield Text()
    yield _line(_said(verdict), "bold")
    if verdict.detail and verdict.reason != KeepReason.IN_USE:
        yield indented(verdict.detail, width)
    if verdict.container:
        yield indented(f"with {verdict.container}", width)


def _said(verdict: Verdict) -> str:
    match verdict.fate:
        case Fate.DELETE:
            return f"DELETE by policy {verdict.policy} ({verdict.reason})"
        case Fate.CONTAINED:
            return f"DELETE with the resource that contains it, by policy {verdict.policy} ({verdict.reason})"
        case Fate.OUT_OF_SCOPE:
            return "KEEP: out of scope; it is read to know what is in use, and never deleted"
        case Fate.KEEP:
            if verdict.reason == KeepReason.IN_USE:
                return f"KEEP: in use by a workload that is kept ({verdict.reason})"
            return f"KEEP: {kept_with_wire_name(verdict.reason)}"


def _policies(found: Explanation, width: int) -> Iterator[Text]:
    yield from _heading(f"Policies for {kind_in_words(found.kind, 2)}")
    if found.follows:
        yield indented(f"no policy is asked: it is kept or deleted with {', '.join(found.follows)}", width)
    if not found.policies:
        asked = {
            Fate.CONTAINED: "no policy is asked: it is deleted with the resource that contains it",
            Fate.OUT_OF_SCOPE: "no policy is asked: it is out of scope",
        }
        yield indented(asked.get(found.verdict.fate, "no policy is for this kind"), width)
    for policy in found.policies:
        yield _line(f"  {policy.name}: {_matched(policy)}{'' if policy.deletes else ' (deletes: false)'}")
        for part in policy.asked:
            yield from _asked(part, width, 4)
        if policy.keep:
            yield indented(f"keep {policy.keep.asks}: {_keep(policy.keep)}", width, 4)


def _matched(policy: PolicyAnswer) -> str:
    return {True: "matches", False: "does not match", None: "unknown"}[policy.matches]


def _asked(asked: Asked, width: int, left: int) -> Iterator[Text]:
    has = f" (it has: {asked.has})" if asked.has else ""
    style = "" if asked.holds else "dim"
    yield indented(f"{asked.asks}: {_HOLDS[asked.holds]}{has}", width, left, style)
    for part in asked.parts:
        yield from _asked(part, width, left + 2)


def _keep(keep: KeepAnswer) -> str:
    if not keep.speaks:
        return "does not apply to it"
    place = f"; {keep.place}" if keep.place else ""
    return (f"keeps it ({keep.reason.value})" if keep.reason else "does not keep it") + place


def _guards(guards: Sequence[GuardAnswer], width: int) -> Iterator[Text]:
    if not guards:
        return
    yield from _heading("Protections and guards, strongest first")
    for guard in guards:
        if not guard.holds:
            yield _line(f"  {guard.reason.value}: no", "dim")
            continue
        waived = f"; waived by {', '.join(guard.waived_by)}" if guard.waived_by else ""
        yield indented(f"{guard.reason.value}: yes, {meaning_of(guard.reason.value)}{waived}", width)
        for detail in guard.details:
            yield indented(detail, width, 4)


def _users(users: Sequence[UserAnswer], width: int) -> Iterator[Text]:
    if not users:
        return
    yield from _heading("Used by")
    for user in users:
        goes = "; deleted in the same sweep" if user.goes_by else ""
        yield indented(f"{user_place(user.name)}, {user.how}{goes}", width)


def _along(found: Explanation, width: int) -> Iterator[Text]:
    if not found.contains and not found.after:
        return
    yield from _heading("Deleted with it, and before it")
    for kind, count in found.contains:
        yield _line(f"  with it: {how_many(kind, count)}")
    for name in found.after:
        yield indented(f"after {name}", width)


def _changes(found: Explanation, width: int) -> Iterator[Text]:
    goes = found.verdict.fate in (Fate.DELETE, Fate.CONTAINED)
    yield from _heading("To keep it, one of:" if goes else "To make it deletable, all of:")
    for change in found.changes:
        yield indented(f"- {change}", width)


def _notices(notices: Sequence[str], width: int) -> Iterator[Text]:
    if notices:
        yield Text()
    for notice in notices:
        yield indented(f"Note: {notice}", width, left=0, style="dim")


def _rests_on(rests_on: Sequence[str], gaps: Sequence[Gap], width: int) -> Iterator[Text]:
    yield Text()
    yield indented(f"Read for this: {'; '.join(rests_on)}. Limits are not evaluated.", width, 0, "dim")
    if gaps:
        yield from incomplete(gaps, width)
