"""An explanation, or a list of what is kept, for a person at a terminal. Pure."""

from collections.abc import Iterator, Sequence
from typing import TextIO

from rich.text import Text

from janitor.model.inventory import Gap
from janitor.model.meanings import meaning_of
from janitor.model.names import ResourceName
from janitor.model.text import safe_text
from janitor.model.units import rfc3339
from janitor.policy.deciding.gaps import blocks_in_words
from janitor.report.data.explanation import (
    Asked,
    Explanation,
    Fate,
    GuardAnswer,
    KeepAnswer,
    KeptList,
    PolicyAnswer,
    UserAnswer,
)  # fmt: skip
from janitor.report.data.names import how_many
from janitor.report.terminal.tables import console_for, indented, print_lines

_HOLDS = {True: "holds", False: "does not", None: "cannot be known"}
_NAMES_SHOWN = 500


def write_explanation(found: Explanation, out: TextIO) -> None:
    """Verdict, policies, guards, users, what goes along, what would change it, what it rests on.

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
    kind = {"workerPools": "worker pool"}.get(found.collection, found.collection.removesuffix("s"))
    return f"{kind} {found.short}{holder} ({found.location}, {found.project})"


def _line(text: str, style: str = "") -> Text:
    return Text(safe_text(text), style=style)


def _heading(text: str) -> Iterator[Text]:
    yield Text()
    yield Text(text, style="bold")


def _head(found: Explanation, width: int) -> Iterator[Text]:
    verdict = found.verdict
    said = {
        Fate.DELETE: f"GOES, by policy {verdict.policy}: {verdict.reason}",
        Fate.KEEP: f"STAYS: {verdict.reason}",
        Fate.CONTAINED: f"GOES with what holds it, by policy {verdict.policy}: {verdict.reason}",
        Fate.OUT_OF_SCOPE: "STAYS: out of scope; it is read for who uses what, and never deleted from",
    }[verdict.fate]
    at = rfc3339(found.observed_at.replace(microsecond=0))
    yield _line(f"{found.kind.value}, observed at {at}", "dim")
    yield _line(found.name)
    if found.uri:
        yield _line(found.uri, "dim")
    yield Text()
    yield _line(said, "bold")
    if verdict.detail:
        yield indented(verdict.detail, width)
    if verdict.container:
        yield indented(f"with {verdict.container}", width)


def _policies(found: Explanation, width: int) -> Iterator[Text]:
    yield from _heading(f"Policies of {found.kind.value}")
    if found.follows:
        yield indented(f"none is asked of it: it goes and stays with {', '.join(found.follows)}", width)
    if not found.policies:
        asked = {
            Fate.CONTAINED: "none is asked: it goes with what holds it",
            Fate.OUT_OF_SCOPE: "none is asked: it is out of scope",
        }
        yield indented(asked.get(found.verdict.fate, "there is none"), width)
    for policy in found.policies:
        yield _line(f"  {policy.name}: {_matched(policy)}{'' if policy.deletes else ' (deletes: false)'}")
        for part in policy.asked:
            yield from _asked(part, width, 4)
        if policy.keep:
            yield indented(f"keep {policy.keep.asks}: {_keep(policy.keep)}", width, 4)


def _matched(policy: PolicyAnswer) -> str:
    return {True: "matches", False: "does not match", None: "cannot be known"}[policy.matches]


def _asked(asked: Asked, width: int, left: int) -> Iterator[Text]:
    has = f" (it has: {asked.has})" if asked.has else ""
    style = "" if asked.holds else "dim"
    yield indented(f"{asked.asks}: {_HOLDS[asked.holds]}{has}", width, left, style)
    for part in asked.parts:
        yield from _asked(part, width, left + 2)


def _keep(keep: KeepAnswer) -> str:
    if not keep.speaks:
        return "does not speak of it"
    place = f"; {keep.place}" if keep.place else ""
    return (f"holds it ({keep.reason.value})" if keep.reason else "does not hold it") + place


def _guards(guards: Sequence[GuardAnswer], width: int) -> Iterator[Text]:
    if not guards:
        return
    yield from _heading("Protections and guards, the strongest first")
    for guard in guards:
        if not guard.holds:
            yield _line(f"  {guard.reason.value}: no", "dim")
            continue
        waived = f"; not against {', '.join(guard.waived_by)}" if guard.waived_by else ""
        yield indented(f"{guard.reason.value}: YES, {meaning_of(guard.reason.value)}{waived}", width)
        for detail in guard.details:
            yield indented(detail, width, 4)


def _users(users: Sequence[UserAnswer], width: int) -> Iterator[Text]:
    if not users:
        return
    yield from _heading("Who names it")
    for user in users:
        goes = "; goes in the same sweep" if user.goes_by else ""
        yield indented(f"{user_place(user.name)}, {user.how}{goes}", width)


def _along(found: Explanation, width: int) -> Iterator[Text]:
    if not found.contains and not found.after:
        return
    yield from _heading("What goes with it, and what goes before")
    for kind, count in found.contains:
        yield _line(f"  with it: {how_many(kind, count)}")
    for name in found.after:
        yield indented(f"after {name}", width)


def _changes(found: Explanation, width: int) -> Iterator[Text]:
    goes = found.verdict.fate in (Fate.DELETE, Fate.CONTAINED)
    yield from _heading(
        "Any one of these keeps it" if goes else "For it to go, all that is in its way must change"
    )
    for change in found.changes:
        yield indented(f"- {change}", width)


def _notices(notices: Sequence[str], width: int) -> Iterator[Text]:
    if notices:
        yield Text()
    for notice in notices:
        yield indented(f"Note: {notice}", width, left=0, style="dim")


def _rests_on(rests_on: Sequence[str], gaps: Sequence[Gap], width: int) -> Iterator[Text]:
    yield Text()
    yield indented(f"Read for this: {'; '.join(rests_on)}. Limits are not asked.", width, 0, "dim")
    if gaps:
        yield _line("NOT EVERYTHING COULD BE READ", "bold red")
    for gap in gaps:
        inside = f" {gap.repository}" if gap.repository else ""
        yield indented(
            f"{gap.kind.value} in {gap.location} {gap.project}{inside}: {gap.cause}", width, style="red"
        )
    if gaps:
        yield indented(f"kept because of this: {blocks_in_words(gaps)}", width, style="red")
