"""The explanation of why one resource is deleted or kept: the value that `janitor explain` shows, as text or as JSON."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason


class Fate(StrEnum):
    """The decision on a resource: `contained` is deleted with its container, `out-of-scope` is only read."""

    DELETE = "delete"
    KEEP = "keep"
    CONTAINED = "contained"
    OUT_OF_SCOPE = "out-of-scope"


@dataclass(frozen=True, slots=True)
class Asked:
    """One key of a `when`, or an `any`, `all` or `not` with its parts. `has` is the resource's value;
    `holds` is None where it cannot be known."""

    asks: str
    has: str
    holds: bool | None
    parts: tuple["Asked", ...] = ()


@dataclass(frozen=True, slots=True)
class KeepAnswer:
    """The answer of a policy's `keep`: whether its selectors match the resource, and for what reason it keeps it
    (None: not). `rank` is its place among the `of` that `latest` counts, where it has one; `rank_by_update` the
    same by update, for images."""

    asks: str
    speaks: bool
    reason: KeepReason | None = None
    rank: int | None = None
    of: int = 0
    rank_by_update: int | None = None

    @property
    def place(self) -> str:
        """Its place in words; empty where it has none."""
        if self.rank is None:
            return ""
        if self.rank_by_update in (None, self.rank):
            return f"{self.rank} of {self.of} from the newest"
        return f"{self.rank} of {self.of} from the newest by upload, {self.rank_by_update} by update"


@dataclass(frozen=True, slots=True)
class PolicyAnswer:
    """One policy of the kind, in file order; `asked` are the parts of its `when`. Without `deletes` it
    only protects."""

    name: str
    matches: bool | None
    asked: tuple[Asked, ...]
    keep: KeepAnswer | None
    deletes: bool = True


@dataclass(frozen=True, slots=True)
class GuardAnswer:
    """One protection or guard of the kind, in order. `waived_by` are policies that match and that it
    does not stand against."""

    reason: KeepReason
    holds: bool
    details: tuple[str, ...] = ()
    waived_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UserAnswer:
    """Who names an image, by Google's name, and how it comes to this image. `goes_by`: the action of
    this very plan that takes the user away, "" for one that remains."""

    name: str
    how: str
    goes_by: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """As a sweep would have it. `policy` and `reason` are "" where there is none; `container` is what
    it is deleted with."""

    fate: Fate
    policy: str = ""
    reason: str = ""
    detail: str = ""
    container: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explanation of one resource. `follows`: images that it is deleted or kept with, so that no policy is evaluated.
    `changes` say what would have to change for the other verdict; `rests_on` what was read for it;
    `notices` what a person should know beside it; `unknown_uses` where other uses than Cloud Run's are not known, "" for
    nowhere."""

    kind: Kind
    name: str
    uri: str
    observed_at: datetime
    verdict: Verdict
    policies: tuple[PolicyAnswer, ...]
    guards: tuple[GuardAnswer, ...]
    users: tuple[UserAnswer, ...]
    follows: tuple[str, ...]
    contains: tuple[tuple[Kind, int], ...]
    after: tuple[str, ...]
    changes: tuple[str, ...]
    rests_on: tuple[str, ...]
    gaps: tuple[Gap, ...]
    notices: tuple[str, ...] = ()
    unknown_uses: str = ""


@dataclass(frozen=True, slots=True)
class KeptRow:
    """One resource that is kept for the requested reason; `users` of an image in use."""

    kind: Kind
    name: str
    users: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptList:
    """The resources that are kept for one reason, by kind and name. `unknown_uses` as above."""

    reason: KeepReason
    observed_at: datetime
    rows: tuple[KeptRow, ...]
    rests_on: tuple[str, ...]
    gaps: tuple[Gap, ...]
    unknown_uses: str = ""
