"""Text from outside: Unicode normalisation (R48), and text made safe, quoted or shortened to show."""

from collections.abc import Mapping
from unicodedata import normalize


def nfc(text: str) -> str:
    """The text in Unicode's normal form C, in which texts are compared. Names that are sent stay as they came."""
    return text if text.isascii() else normalize("NFC", text)


def nfc_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Labels or annotations, keys and values."""
    return {nfc(key): nfc(value) for key, value in labels.items()}


def show(text: str) -> str:
    """A text for a message: quoted, without anything that could act on a terminal, and not long."""
    return ascii(text if len(text) <= 60 else f"{text[:60]}...")


def safe_text(text: str) -> str:
    """One line that cannot steer a terminal.

    White space of every sort becomes a blank. Everything else that Unicode calls unprintable
    (controls, escapes, bidi overrides, zero-width and private characters, lone surrogates) is
    shown by its escape, such as ``\\x1b``.
    """
    if text.isprintable():
        return text
    return "".join(map(_safe_character, text))


def _safe_character(character: str) -> str:
    if character.isprintable():
        return character
    # U+001C to U+001F count as white space in Python; no person means them so.
    if character.isspace() and not "\x1c" <= character <= "\x1f":
        return " "
    return character.encode("unicode_escape").decode("ascii")


def shorten(text: str, width: int) -> str:
    """At most `width` characters, cut at a word where one ends near, the cut marked by ``…``."""
    if len(text) <= width:
        return text
    head = text[: width - 1]
    word_end = head.rfind(" ")
    return (head[:word_end] if word_end > width * 2 // 3 else head).rstrip(" ,;:.") + "…"


def many(number: int, word: str) -> str:
    """``1 thing``, ``2,000 things``: of words that only take an ``s``."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
