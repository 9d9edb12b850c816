"""Kind specification: what a kind of resource declares of itself, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from janitor.model.kinds import Kind, Status
from janitor.model.reasons import KeepReason


class Keeps(Enum):
    """What `keep` of a policy may say of a kind: `latest` and `newer_than`, and what each line adds."""

    NEWEST = auto()
    ROLLBACK = auto()
    """`rollback`"""
    TAGGED_IMAGES = auto()
    """`tagged`, and `per` a tag or a version"""
    TAGGED_VERSIONS = auto()
    """`tagged`, and `per` a version"""


class Topic(Enum):
    """What a key of another tool asks for, such as `idle_days` or `untagged` (policy/file/mistakes.py has the words)."""

    UNUSED = auto()
    AGE = auto()
    EXCEPTION = auto()
    REGION = auto()
    TAG = auto()
    VERSION = auto()
    SIZE = auto()
    UNTAGGED = auto()


@dataclass(frozen=True, slots=True)
class InPolicies:
    """What the policy file knows of a kind.

    `keep`: None where its policies have no `keep`. `statuses` are the values of `status`, `never` says why one of them
    must not be asked for alone. `goes_as`: the only statuses that its guards let through, and how people are told, with
    ``{}`` for the part of `when` that leaves none of them. `says` describes keys that say something else than for other kinds,
    by their names. `instead` is what to write in place of another tool's key.
    `named_by` are the keys that name one whose holder another Google product manages (R14). `fields` are those of
    `expr` with an example each, where it is not Cloud Run's. `when_model` is the name of the model of its `when` in the JSON
    Schema, if kinds with the same keys share one. `most` are how many of one holder Google keeps, 0 where that is
    not known.
    """

    keep: Keeps | None = None
    statuses: tuple[Status, ...] = ()
    never: Mapping[Status, str] = field(default_factory=dict)
    goes_as: tuple[tuple[Status, ...], str] | None = None
    says: Mapping[str, str] = field(default_factory=dict)
    instead: Mapping[Topic, str] = field(default_factory=dict)
    named_by: tuple[str, ...] = ("name",)
    fields: Mapping[str, object] = field(default_factory=dict)
    when_model: str = ""
    most: int = 0


@dataclass(frozen=True, slots=True)
class KindSpec:
    """One kind of resource that policies can delete.

    `collection` is its collection in Google's resource names, `parent` the kind whose name its own name begins
    with. `rank` orders kinds in a plan. `description` and `ages_from` are the texts of docs/kinds.md. `delete_role` is the
    predefined role that allows the delete. `console` is the path of its page in the Google Cloud console, or of the nearest
    page around it; the paths are not documented, and are those that the console shows (2026-11). `listed_by` is the kind whose listing shows it, if not its own.
    `labelled_by` is the kind whose labels count for it, as it has none; `stands_for` the kind of another resource whose labels
    and opt-outs keep it too. `is_tag`: `protect.tags` names it by its short name. `grouped`: deletions of several in one parent
    are one row of the sweep's table, unless they failed for one cause. `says_parent`: its short name begins with its parent's, so people call it by that alone. `batch` is how many of one parent one call
    deletes. `free` says why it costs nothing, "" where it may cost something. `noun` is what people call it, if not the
    wire name. `ways_out` says what must change before it can be deleted, where that differs from other kinds.
    """

    kind: Kind
    collection: str
    rank: int
    description: str
    ages_from: str
    read_permissions: tuple[str, ...]
    delete_permissions: tuple[str, ...]
    delete_role: str
    console: str
    policies: InPolicies
    parent: Kind | None = None
    listed_by: Kind | None = None
    labelled_by: Kind | None = None
    stands_for: Kind | None = None
    is_tag: bool = False
    grouped: bool = False
    says_parent: bool = False
    batch: int = 1
    free: str = ""
    noun: str = ""
    ways_out: Mapping[KeepReason, str] = field(default_factory=dict)

    def parent_name(self, name: str) -> str:
        """Google's name of what holds the resource of this name."""
        return name.rpartition(f"/{self.collection}/")[0]
