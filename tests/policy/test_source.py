"""Reading YAML: where things stand, and what is refused however hostile."""

import pytest

from janitor.errors import PolicyFileError
from janitor.policy.file.source import MappingNode, plain, read_source, refusal


def read(text: str) -> object:
    """The plain data of a text without a mistake."""
    source = read_source(text.encode(), "f")
    assert source.problems == []
    return plain(source.root)


def refused(data: bytes) -> str:
    """All that is said of bytes that are not accepted."""
    try:
        source = read_source(data, "f")
    except PolicyFileError as error:
        return str(error)
    assert source.problems
    return str(refusal("f", source.problems))


def test_keeps_line_and_column_of_every_key_and_value() -> None:
    root = read_source(b"\n# c\na:\n  - x\n  - {b:  'y'}\n", "f").root
    key, items = root.entries["a"]
    assert key == (3, 1)
    assert [item.at for item in items.items] == [(4, 5), (5, 5)]  # type: ignore[union-attr]
    inner = items.items[1]  # type: ignore[union-attr]
    assert isinstance(inner, MappingNode)
    assert (inner.entries["b"][0], inner.entries["b"][1].at) == ((5, 6), (5, 10))


def test_reads_yaml_1_2_where_on_off_yes_and_no_are_text() -> None:
    assert read("a: [on, off, yes, no, y, n, 0777, 1_000, 12:30:00, 2020-01-01]") == {
        "a": ["on", "off", "yes", "no", "y", "n", 777, "1_000", "12:30:00", "2020-01-01"]
    }


def test_reads_booleans_numbers_and_quoted_text() -> None:
    assert read("a: [true, False, -3, 0x1F, 0o17, 1.5, .5e1, 'true', \"1\"]") == {
        "a": [True, False, -3, 31, 15, 1.5, 5.0, "true", "1"]
    }


def test_takes_a_byte_order_mark_of_utf_8_and_windows_line_ends() -> None:
    assert plain(read_source(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "f").root) == {"a": 1, "b": 2}


def test_a_number_of_any_length_is_read_without_a_crash() -> None:
    assert read(f"a: {'9' * 18}") == {"a": 10**18 - 1}
    assert isinstance(read(f"a: {'9' * 5000}")["a"], float)  # type: ignore[index]


BOMB = b"a: &a [x, x]\n" + b"".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n".encode() for i in range(20)
)

HOSTILE = {
    "latin-1": (b"a: \xe9", "f:1:4: byte 0xe9 is not UTF-8"),
    "utf-16": (b"\xff\xfea\x00:\x00", "f:1:1: the file is UTF-16"),
    "utf-16 big endian": (b"\xfe\xff\x00a", "f:1:1: the file is UTF-16"),
    "too large": (b"#" * (1 << 20) + b"\n", "f:1:1: the file is over 1 MiB"),
    "billion laughs": (BOMB, "f:2:8: *a without quotes is a YAML alias"),
    "unquoted glob": (b"a: [*-prod]", 'f:1:5: *-prod without quotes is a YAML alias, and these are not read: for a glob write "*-prod"'),
    "bare star": (b"name: *", "quote a text that begins with"),
    "anchor": (b"a: &x 1", "f:1:4: the anchor '&x' is not supported"),
    "merge key": (b"<<: {a: 1}", "f:1:1: YAML 1.2 has no merge keys"),
    "python object": (b"a: !!python/object/apply:os.system [x]", "f:1:4: the tag"),
    "any tag": (b"a: !anything x", "f:1:4: the tag '!anything' is not supported"),
    "core tag": (b"a: !!str 1", "f:1:4: the tag"),
    "duplicate key": (b"a: 1\nb: 2\na: 3", "f:3:1: 'a' is there twice, first in line 1"),
    "two documents": (b"a: 1\n---\nb: 2", "f:2:1: a second document begins here"),
    "empty": (b"", "f:1:1: the file is empty"),
    "only a comment": (b"# c\n", "f:1:1: the file is empty"),
    "only a mark": (b"---\n", "f:1:1: the file is empty"),
    "NUL": (b"a: \x00", "f:1:4: the character U+0000"),
    "escape": (b"a: x\nb: \x1b[2J", "f:2:4: the character U+001B"),
    "escaped control": (b'a: "\\e[2J"', "f:1:4: '\\x1b[2J' contains a line break or an invisible character"),
    "escaped surrogate": (b'a: "\\ud800"', "f:1:4: '\\ud800' contains"),
    "right to left": ("a: x\u202ey".encode(), "f:1:4: 'x\\u202ey' contains"),
    "line separator": ("a: \u2028".encode(), "f:1:4: the character U+2028"),
    "block scalar": (b"a: |\n  x\n  y\n", "f:1:4: 'x\\ny\\n' contains a line break or an invisible character: write >- to join its lines"),
    "deep flow": (b"a: " + b"[" * 100_000, "nested too deep"),
    "deep mappings": (b"{a: " * 100_000, "nested too deep"),
    "deep blocks": (b"- " * 100_000, "nested too deep"),
    "deep keys": (b"? " * 100_000, "nested too deep"),
    "too many": (b"a: [" + b"1," * 60_000 + b"]", "too much for a policy file"),
    "a list": (b"- a", "f:1:1: the file must be a mapping"),
    "a text": (b"hello", "f:1:1: the file must be a mapping"),
    "number as key": (b"1: x", "f:1:1: a key must be text: write 1 in quotes"),
    "boolean as key": (b"true: x", "f:1:1: a key must be text: write true in quotes"),
    "list as key": (b"? [a]\n: x", "f:1:3: a key must be text"),
    "no value": (b"a:\nb: 1", "'a' has no value"),
    "null": (b"a: null", "f:1:4: 'a' has no value"),
    "nothing in a list": (b"a: [~]", "f:1:5: this item has no value"),
    "directive": (b"%YAML 1.1\n---\na: on", "YAML 1.2: remove the %YAML line"),
    "escape out of range": (b'a: "\\UFFFFFFFF"', "not YAML 1.2"),
    "tab": (b"a:\n\t- b", "f:2:1: not YAML"),
    "open quote": (b'a: "x', "a quote or a bracket is not closed"),
    "open bracket": (b"a: [x", "a quote or a bracket is not closed"),
    "colon in text": (b"a: b: c", "f:1:5: not YAML: mapping values are not allowed here"),
    "at sign": (b"a: @x", "write the text in quotes"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_refuses_by_line_and_column_with_the_way_out(case: str) -> None:
    data, expected = HOSTILE[case]
    told = refused(data)
    assert expected in told
    assert all(line.startswith("f:") and len(line) < 500 for line in told.splitlines())
    assert len(told.splitlines()) <= 51
    assert told.replace("\n", "").isprintable()


def test_tells_of_every_mistake_that_can_be_read_past_before_a_syntax_error() -> None:
    told = refused(b"a: 1\na: 2\n2: x\nb: !t y\nc: [")
    assert [line.split(":")[1] for line in told.splitlines()] == ["2", "3", "4", "5"]
