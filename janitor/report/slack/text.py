"""Text from outside for Slack: shown as it is, and never obeyed.

Slack reads ``&``, ``<`` and ``>`` as control characters, which are escaped
(docs.slack.dev/messaging/formatting-message-text). Its ``*bold*``, ``_italic_``, ``~strike~``, code, ``:emoji:``
and, where a line begins, ``> quote`` cannot be escaped: names stand in inline code, where nothing of the kind
is read, and in running text the marks give way to characters that look alike.
"""

import re
from collections.abc import Callable

from janitor.report.text import safe_text, shorten

_CONTROLS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_MARKS = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_EMOJI = re.compile(r":(?=[\w+'-]+:)")
# Within a word, as in HEALTH_CHECK_ERROR, Slack reads no italics.
_ITALIC = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_QUOTE = re.compile(r"^>")
_DEAREST = 5  # characters that one may become: &amp;


def words(text: str, width: int) -> str:
    """Running text in mrkdwn, at most `width` characters as they are sent, cut at a word by ``…``."""
    line = _EMOJI.sub("∶", safe_text(text.strip()[: width + 1]).translate(_MARKS))
    return _fitted(_QUOTE.sub("›", _ITALIC.sub("ˍ", line)), width, shorten)


def code(name: str, width: int) -> str:
    """A name in inline code, at most `width` characters as they are sent, cut in its middle by ``…``."""
    line = safe_text(_without_middle(name.strip(), width)).replace("`", "ˋ")
    return f"`{_fitted(line, width - 2, _without_middle)}`" if line else "–"


def verbatim(text: str, width: int) -> str:
    """One line of a block of code, at most `width` characters as they are sent, cut at its end by ``…``."""
    return _fitted(safe_text(text[: width + 1]).replace("`", "ˋ"), width, shorten)


def _fitted(line: str, width: int, cut: Callable[[str, int], str]) -> str:
    room = width
    while len(sent := cut(line, room).translate(_CONTROLS)) > width:
        room -= -((width - len(sent)) // _DEAREST)
    return sent


def _without_middle(text: str, width: int) -> str:
    if len(text) <= width:
        return text
    end = (width - 1) // 2
    return f"{text[: width - 1 - end]}…{text[len(text) - end :]}"
