"""Unicode text from Google and from people: the same text may come composed or decomposed (R48)."""

from collections.abc import Mapping
from unicodedata import normalize


def nfc(text: str) -> str:
    """The text in Unicode's normal form C, in which texts are compared. Names that are sent stay as they came."""
    return text if text.isascii() else normalize("NFC", text)


def nfc_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Labels or annotations, keys and values."""
    return {nfc(key): nfc(value) for key, value in labels.items()}
