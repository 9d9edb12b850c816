"""Slack Block Kit: blocks within Slack's limits, and text that Slack never interprets."""

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal, assert_never

from janitor.model.text import safe_text, shorten
from janitor.model.units import show_usd

Block = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """`text` is what notifications and screen readers get, `blocks` is Block Kit.

    `details` are further messages, for the thread below this one; they have no details of their own.
    """

    text: str
    blocks: tuple[Block, ...]
    details: tuple["Message", ...] = ()


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


def link(url: str, label: str) -> str:
    """A link of janitor's own; the address comes from its settings, never from a resource."""
    return f"<{url.translate(_CONTROLS)}|{words(label, HEADER)}>"


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


# docs.slack.dev/reference/block-kit: 50 blocks a message, text objects of 1 to 3,000 characters, headers of
# 150, fields of 2,000; messages are cut at 40,000 (docs.slack.dev/changelog, 2018-04), and this is far less.
BLOCKS, TEXT, HEADER = 50, 3000, 150
# What no page says: `msg_blocks_too_long` comes at about 13,200 characters of blocks, counted as JSON
# (github.com/slackapi/bolt-js/issues/2509). How others than ASCII count is not known: here, as they are sent.
ROOM = 12_000
MOST_DETAILS = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One line, or a few that belong together, in mrkdwn; its dollars a month where they may be summed.

    `count` is of how many resources it is.
    """

    text: str
    usd_month: Decimal | None = None
    upper_bound: bool = False
    count: int = 1


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and its rows, the most important first.

    `share` is the JSON bytes that it may have whatever the others need; `most` how many rows it shows in
    one message of several parts; `where` says where the rest is. Rows stand below each other, `apart` in a
    block each, or `small`.
    """

    title: str
    rows: tuple[Row, ...]
    share: int
    most: int = 100
    style: Literal["lines", "apart", "small"] = "lines"
    where: str = "janitor report --format html"


def header(text: str) -> Block:
    """The largest letters there are; no mark-up is read in it."""
    return {
        "type": "header",
        "text": {"type": "plain_text", "text": shorten(safe_text(text), HEADER), "emoji": False},
    }


def section(text: str) -> Block:
    """A paragraph of mrkdwn."""
    return {"type": "section", "text": _mrkdwn(text)}


def sections(lines: Sequence[str]) -> list[Block]:
    """Lines below each other, in as few paragraphs as it takes."""
    return [section(text) for text in _joined(lines)]


def context(text: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [_mrkdwn(text)]}


def _mrkdwn(text: str) -> Block:
    """A text that Slack shows verbatim: it makes no links, channels or mentions of it."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def size(blocks: Sequence[Block]) -> int:
    """Bytes of JSON, as slack-sdk sends it: in ASCII."""
    return sum(len(json.dumps(block)) + 2 for block in blocks)


def laid_out(parts: Sequence[Part], room: int) -> tuple[list[list[Block]], list[Part]]:
    """Each part as blocks, at most `room` bytes in total, and what of them is left.

    What one leaves of its share, the others get, the first ones first. One that is not shown to its end
    says how much more there is.
    """
    grants = [min(size(_shown(part, len(part.rows))), part.share) for part in parts]
    spare = room - sum(grants)
    pages: list[list[Block]] = []
    left: list[Part] = []
    for part, grant in zip(parts, grants, strict=True):
        number = _fitting(part, grant + spare, part.most)
        pages.append(_shown(part, number))
        spare += grant - size(pages[-1])
        left += _rest(part, number)
    return pages, left


def thread(left: Sequence[Part], title: str) -> tuple[Message, ...]:
    """What is left, part after part, in as few messages as it takes, and `MOST_DETAILS` of them at most."""
    pages: list[list[Block]] = []
    while left and len(pages) < MOST_DETAILS - 1:
        page, left = full_page(left)
        pages.append(page)
    if left:
        pages.append([block for blocks in laid_out(left, ROOM)[0] for block in blocks])
    texts = [f"{title}, details {number} of {len(pages)}" for number in range(1, len(pages) + 1)]
    return tuple(Message(text, tuple(page)) for text, page in zip(texts, pages, strict=True))


def full_page(parts: Sequence[Part]) -> tuple[list[Block], list[Part]]:
    """As many rows as one message takes, and what is left; nothing is said of what comes in the next one."""
    page: list[Block] = []
    for position, part in enumerate(parts):
        number = _fitting(part, ROOM - size(page), BLOCKS - len(page) - 2)
        if number:
            page += _shown(replace(part, rows=part.rows[:number]), number)
        if rest := _rest(part, number):
            return page, [*rest, *parts[position + 1 :]]
    return page, []


def _rest(part: Part, number: int) -> list[Part]:
    return [replace(part, rows=part.rows[number:])] if number < len(part.rows) else []


def _fitting(part: Part, room: int, most: int) -> int:
    """How many rows of it fit."""
    if len(part.rows) <= most and size(_shown(part, len(part.rows))) <= room:
        return len(part.rows)
    candidates = range(1, min(most, len(part.rows) - 1) + 1)
    return bisect_right(candidates, room, key=lambda number: size(_shown(part, number)))


def _shown(part: Part, number: int) -> list[Block]:
    if not part.rows:
        return []
    lines = [row.text for row in part.rows[:number]]
    more = [_more(part.rows[number:], part.where)] if number < len(part.rows) else []
    title = [f"*{part.title}*"] if part.title else []
    match part.style:
        case "lines":
            return sections([*title, *lines, *more])
        case "small":
            return [context(text) for text in _joined([*title, *lines, *more])]
        case "apart":
            return [*map(section, [*title, *lines]), *map(context, more)]
        case _:
            assert_never(part.style)


def _joined(lines: Sequence[str]) -> list[str]:
    """Lines in as few texts as it takes."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + 1 + len(line) <= TEXT:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return texts


def _more(rows: Sequence[Row], where: str) -> str:
    priced = [row.usd_month for row in rows if row.usd_month is not None]
    usd = f", {dollars(sum(priced, Decimal(0)), any(r.upper_bound for r in rows))}/month" if priced else ""
    return f"… and {sum(row.count for row in rows):,} more{usd}: {where}"


def dollars(usd: Decimal, upper_bound: bool = False) -> str:
    """As people read it, `≤` before an upper bound; escaped, as less than a cent is ``<$0.01``."""
    return show_usd(usd, upper_bound).replace("<", "&lt;")
