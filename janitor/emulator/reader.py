"""A YAML document read strictly: every node knows its line, every key must be asked for.

The document is walked as a graph of nodes and not as Python values, so that an error names its
line and `on` or `1.10` stay the text that was written.
"""

import difflib
from collections.abc import Iterator
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from janitor.emulator.errors import WorldError


class Value:
    """One node of the document."""

    def __init__(self, node: Any, source: str, what: str) -> None:
        self.node = node
        self.source = source
        self.what = what

    def fail(self, message: str) -> NoReturn:
        raise WorldError(
            f"{self.source}:{self.node.start_mark.line + 1}: {self.what or 'the world'}: {message}"
        )

    def text(self) -> str:
        if not isinstance(self.node, ScalarNode):
            self.fail("must be a text")
        return str(self.node.value)

    def integer(self) -> int:
        text = self.text()
        if not text.isdecimal():
            self.fail(f"must be a whole number, not {text!r}")
        return int(text)

    def flag(self) -> bool:
        text = self.text()
        if text not in ("true", "false"):
            self.fail(f"must be true or false, not {text!r}")
        return text == "true"

    def choice(self, allowed: tuple[str, ...]) -> str:
        text = self.text()
        if text not in allowed:
            self.fail(f"must be one of {', '.join(allowed)}, not {text!r}")
        return text

    def items(self) -> "list[Value]":
        if not isinstance(self.node, SequenceNode):
            self.fail("must be a list")
        return [Value(node, self.source, f"{self.what}[{n}]") for n, node in enumerate(self.node.value)]

    def texts(self) -> list[str]:
        return [item.text() for item in self.items()]

    def one_or_more(self) -> "list[Value]":
        """The items of a list, or the value itself."""
        return self.items() if isinstance(self.node, SequenceNode) else [self]

    def entries(self) -> "Iterator[tuple[str, Value]]":
        """The keys that a person chose (names, labels) and their values."""
        return iter(self._pairs().items())

    def text_map(self) -> dict[str, str]:
        return {key: value.text() for key, value in self.entries()}

    def is_null(self) -> bool:
        return isinstance(self.node, ScalarNode) and str(self.node.tag).endswith(":null")

    def is_mapping(self) -> bool:
        return isinstance(self.node, MappingNode)

    def fields(self, *allowed: str) -> "dict[str, Value]":
        """The keys that the format knows and their values; another key is an error."""
        pairs = {} if self.is_null() else self._pairs()
        for key, value in pairs.items():
            if key not in allowed:
                near = difflib.get_close_matches(key, allowed, 1)
                hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(allowed)}"
                Value(value.node, self.source, self.what).fail(f"unknown key {key!r}{hint}")
        return pairs

    def _pairs(self) -> "dict[str, Value]":
        if self.is_null():
            return {}
        if not isinstance(self.node, MappingNode):
            self.fail("must be a mapping")
        pairs: dict[str, Value] = {}
        for key, node in self.node.value:
            if not isinstance(key, ScalarNode):
                self.fail("keys must be texts")
            if key.value in pairs:
                Value(key, self.source, self.what).fail(f"{key.value!r} stands here twice")
            pairs[key.value] = Value(node, self.source, f"{self.what}.{key.value}".lstrip("."))
        return pairs


def read(text: str, source: str) -> Value:
    """The document's root; WorldError where it is no YAML."""
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise WorldError(f"{source}:{line}: not YAML: {error.problem}") from error
    if root is None:
        raise WorldError(f"{source}:1: the world is empty")
    return Value(root, source, "")
