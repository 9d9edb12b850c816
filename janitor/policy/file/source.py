"""Source of a policy file: its bytes as a tree that knows the line and column of every node, and the mistakes in it.

Pure; nothing is built from YAML tags.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from janitor.errors import PolicyFileError
from janitor.model.text import nfc, show

MOST_PROBLEMS = 50
LONGEST_MESSAGE = 400


class Position(NamedTuple):
    """Where something begins; both count from 1."""

    line: int
    column: int


class Problem(NamedTuple):
    """One mistake: where, and what with the way out. Sorted, problems stand in the file's order."""

    at: Position
    text: str


def refusal(name: str, problems: Iterable[Problem], others: Iterable[str] = ()) -> PolicyFileError:
    """All problems as one error, a line each, in the file's order, then `others` as they are.

    Past fifty they are only counted.
    """
    found = [(at, f"{name}:{at.line}:{at.column}: {_bounded(text)}") for at, text in sorted(set(problems))]
    lines = [line for _, line in found] + list(others)
    if len(lines) > MOST_PROBLEMS:
        last = found[min(MOST_PROBLEMS, len(found)) - 1][0] if found else Position(1, 1)
        lines[MOST_PROBLEMS:] = [
            f"{name}:{last.line}:{last.column}: and {len(lines) - MOST_PROBLEMS:,} more: fix these first"
        ]
    return PolicyFileError("\n".join(lines))


def _bounded(text: str) -> str:
    return text if len(text) <= LONGEST_MESSAGE else f"{text[:150]} … {text[-200:]}"


LARGEST_BYTES = 1 << 20
DEEPEST = 32
MOST_NODES = 50_000


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """One value. `text` is what the file says, without quotes."""

    at: Position
    value: str | int | float | bool | None
    text: str


@dataclass(frozen=True, slots=True)
class SequenceNode:
    """A list."""

    at: Position
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class MappingNode:
    """Text keys, each once, with where the key stands."""

    at: Position
    entries: dict[str, tuple[Position, "Node"]]


Node = ScalarNode | SequenceNode | MappingNode


@dataclass(frozen=True, slots=True)
class Source:
    """`problems` are what is wrong with the YAML itself; `root` leaves out the parts that they are about."""

    root: MappingNode
    problems: list[Problem] = field(default_factory=list)


def read_source(data: bytes, name: str) -> Source:
    """The tree of one YAML document whose root is a mapping.

    PolicyFileError, with all that was found so far, where no tree can be had: no UTF-8, too large,
    too deep, a syntax error, empty, two documents, another root. `name` is the file's, for messages.
    """
    problems: list[Problem] = []
    try:
        root = _Reader(problems).document(_text(data))
    except _Unreadable as error:
        raise refusal(name, [*problems, error.problem]) from None
    return Source(root, problems)


def plain(node: Node) -> Any:
    """The node as dicts, lists and values; texts in NFC, in which they are compared (R48)."""
    match node:
        case ScalarNode():
            return nfc(node.value) if isinstance(node.value, str) else node.value
        case SequenceNode():
            return [plain(item) for item in node.items]
        case MappingNode():
            return {key: plain(value) for key, (_, value) in node.entries.items()}


class _Unreadable(Exception):  # noqa: N818 - a way out of the reader, never seen outside
    def __init__(self, at: Position, text: str) -> None:
        super().__init__(text)
        self.problem = Problem(at, text)


# What YAML 1.2 does not allow in a file (its section 5.1), and the line breaks of YAML 1.1 alone.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def _text(data: bytes) -> str:
    if len(data) > LARGEST_BYTES:
        raise _Unreadable(
            Position(1, 1), "the file is over 1 MiB, too large for a policy file: is it the right file?"
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _Unreadable(Position(1, 1), "the file is UTF-16 or UTF-32: save it as UTF-8")
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        raise _Unreadable(
            _mark_after(before), f"byte 0x{data[error.start]:02x} is not UTF-8: save the file as UTF-8"
        ) from None
    if bad := _FORBIDDEN.search(text):
        at = _mark_after(text[: bad.start()])
        raise _Unreadable(at, f"the character U+{ord(bad[0]):04X} is not allowed in a YAML file: delete it")
    return text


def _mark_after(text: str) -> Position:
    return Position(text.count("\n") + 1, len(text) - text.rfind("\n"))


class _Reader:
    """From events to the tree; what is wrong but can be read past is noted."""

    def __init__(self, problems: list[Problem]) -> None:
        self._problems = problems
        self._nodes = 0
        self._last = Position(1, 1)

    def document(self, text: str) -> MappingNode:
        events = self._events(text)
        root: Node | None = None
        for event in events:
            if isinstance(event, DocumentStartEvent):
                if root is not None:
                    raise _Unreadable(_at(event), "a second document begins here: a policy file has only one")
                if event.version not in (None, (1, 2)):
                    self._note(_at(event), "policy files are YAML 1.2: remove the %YAML line")
                root = self._node(next(events), events, 0)
        if root is None or (isinstance(root, ScalarNode) and root.value is None):
            raise _Unreadable(
                Position(1, 1),
                "the file is empty: `janitor init` writes a commented default to start from",
            )
        if not isinstance(root, MappingNode):
            raise _Unreadable(root.at, "the file must be a mapping that begins with `version: 1`")
        return root

    def _events(self, text: str) -> Iterator[Event]:
        try:
            for event in YAML(typ="safe", pure=True).parse(text):
                self._last = _at(event)
                yield event
        except MarkedYAMLError as error:
            raise _syntax_error(error, self._last) from None
        except (YAMLError, ValueError, OverflowError, LookupError, AttributeError, AssertionError, TypeError):
            # An escape such as \UFFFFFFFF, a malformed directive: ruamel answers these with other errors.
            raise _Unreadable(self._last, "what follows here is not YAML 1.2") from None

    def _node(self, event: Event, events: Iterator[Event], depth: int) -> Node:
        at = _at(event)
        self._nodes += 1
        if depth > DEEPEST or self._nodes > MOST_NODES:
            what = "nested too deep" if depth > DEEPEST else "too much for a policy file"
            raise _Unreadable(at, f"{what}: at most {DEEPEST} levels and {MOST_NODES:,} values are read")
        if isinstance(event, AliasEvent):
            return self._alias(at, str(event.anchor))
        self._refuse_anchor_and_tag(event, at)
        match event:
            case SequenceStartEvent():
                return self._sequence(at, events, depth)
            case MappingStartEvent():
                return self._mapping(at, events, depth)
            case ScalarEvent():
                return self._scalar(event, at)
            case _:
                raise AssertionError(f"no node begins with {event}")

    def _alias(self, at: Position, anchor: str) -> ScalarNode:
        glob = show(f"*{anchor}").replace("'", '"')
        self._note(at, f"{glob[1:-1]} without quotes is a YAML alias, and these are not read: "
                       f"for a glob write {glob}, else write the value out")  # fmt: skip
        return ScalarNode(at, f"*{anchor}", f"*{anchor}")

    def _refuse_anchor_and_tag(self, event: Event, at: Position) -> None:
        if isinstance(event, NodeEvent) and event.anchor is not None:
            self._note(
                at, f"the anchor {show('&' + str(event.anchor))} is not supported: write each value out"
            )
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._note(at, f"the tag {show(str(tag))} is not supported: remove it; for text use quotes")

    def _sequence(self, at: Position, events: Iterator[Event], depth: int) -> SequenceNode:
        items: list[Node] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            item = self._node(event, events, depth + 1)
            self._refuse_nothing(item, "this item")
            items.append(item)
        return SequenceNode(at, tuple(items))

    def _mapping(self, at: Position, events: Iterator[Event], depth: int) -> MappingNode:
        entries: dict[str, tuple[Position, Node]] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            key = self._node(event, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            if not isinstance(key, ScalarNode) or not isinstance(key.value, str):
                this = (
                    f": write {key.text} in quotes"
                    if isinstance(key, ScalarNode)
                    else ", not a list or a mapping"
                )
                self._note(key.at, f"a key must be text{this}")
            elif (name := nfc(key.value)) in entries:
                first = entries[name][0]
                self._note(key.at, f"{show(key.value)} is there twice, first in line {first.line}: keep one")
            elif key.value == "<<" and isinstance(value, MappingNode | SequenceNode):
                self._note(key.at, "YAML 1.2 has no merge keys (<<): write the keys out")
            else:
                self._refuse_nothing(value, show(key.value))
                entries[name] = (key.at, value)
        return MappingNode(at, entries)

    def _scalar(self, event: ScalarEvent, at: Position) -> ScalarNode:
        text = str(event.value)
        if not text.isprintable():
            way = "write >- to join its lines" if event.style in ("|", ">") else "remove it"
            self._note(at, f"{show(text)} contains a line break or an invisible character: {way}")
            text = ascii(text)[1:-1]  # nothing after this has to mind terminals or lone surrogates
        value = text if event.style else _plain_value(text)
        return ScalarNode(at, value, text)

    def _refuse_nothing(self, node: Node, what: str) -> None:
        if isinstance(node, ScalarNode) and node.value is None:
            self._note(node.at, f"{what} has no value: add one, or remove it")

    def _note(self, at: Position, text: str) -> None:
        self._problems.append(Problem(at, text))


# YAML 1.2, section 10.3.2 (core schema). Whole numbers past eighteen digits are read as fractions are.
_NULL = re.compile(r"|~|null|Null|NULL")
_BOOL = re.compile(r"(true|True|TRUE)|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_BASED = re.compile(r"0o[0-7]{1,20}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN")


def _plain_value(text: str) -> str | int | float | bool | None:
    if _NULL.fullmatch(text):
        return None
    if found := _BOOL.fullmatch(text):
        return found[1] is not None
    if _INT.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text) or _NO_NUMBER.fullmatch(text):
        return float(text.replace(".", "") if _NO_NUMBER.fullmatch(text) else text)
    return text


def _at(event: Event) -> Position:
    mark = event.start_mark
    return Position(mark.line + 1, mark.column + 1)


_WAYS_OUT = (
    ("\\t", "indent with spaces, not with tabs"),
    ("alias", 'quote a text that begins with *: "*-prod"'),
    ("cannot start any token", "write the text in quotes"),
    ("mapping values are not allowed", "quote a text with a colon; otherwise check the indent"),
    ("stream", "a quote or a bracket is not closed"),
    ("could not find expected ':'", "a key needs a colon and a space after it"),
)  # fmt: skip


def _syntax_error(error: MarkedYAMLError, last: Position) -> _Unreadable:
    mark = error.problem_mark or error.context_mark
    at = Position(mark.line + 1, mark.column + 1) if mark else last
    what = " ".join(f"{error.context or ''} {error.problem or 'not YAML'}".split())
    way_out = next((way for sign, way in _WAYS_OUT if sign in what), "check indent, colons and quotes")
    return _Unreadable(at, f"not YAML: {what.encode('ascii', 'backslashreplace').decode()[:160]}; {way_out}")
