"""Text from outside: Unicode normalisation (R48), and text quoted for messages."""

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
