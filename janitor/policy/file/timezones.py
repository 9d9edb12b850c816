"""Names of time zones, as the IANA database has them (its copy on this machine, else package tzdata's)."""

from collections.abc import Collection
from difflib import get_close_matches
from zoneinfo import available_timezones

from janitor.model.text import show

# Names in the database's folder that are no place: what the machine is set to, and a placeholder.
_NO_PLACES = {"localtime", "Factory"}
_LONGEST_NAME = 64


def timezone(value: object) -> object:
    """An IANA name such as ``Asia/Seoul``, exactly as it is written there.

    ValueError with the nearest name otherwise; what is no text is handed on, for the model to refuse.
    """
    if not isinstance(value, str) or value == "UTC":
        return value
    known = available_timezones() - _NO_PLACES
    if value not in known:
        raise ValueError(f"{show(value)} is not a time zone: {_hint(value, known)}")
    return value


def _hint(written: str, known: Collection[str]) -> str:
    near = _nearest(written.lower(), {name.lower(): name for name in sorted(known)})
    return f"did you mean {near}?" if near else "write an IANA name such as UTC, Europe/Berlin or Asia/Seoul"


def _nearest(written: str, known: dict[str, str]) -> str | None:
    """The name itself but for its capitals, a zone of this city, or one spelled nearly so.

    An abbreviation such as KST gets no hint by its spelling: EST is near it, and on another continent.
    """
    if len(written) > _LONGEST_NAME:
        return None
    if written in known:
        return known[written]
    spelled = written.replace(" ", "_")
    cities = [name for name in known if "/" in name and name.rpartition("/")[2] == spelled]
    near = cities or (get_close_matches(spelled, known, n=1) if len(spelled) > 4 else [])
    return known[near[0]] if near else None
