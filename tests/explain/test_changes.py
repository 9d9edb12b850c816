"""What explain says would keep a thing: through what its labels, its name and its tags are asked."""

import pytest

from janitor.explain.changes import to_stay
from janitor.model.kinds import Kind
from janitor.policy.model import Protect
from janitor.report.data.explanation import Fate, Verdict

GOES = Verdict(Fate.DELETE, "stale", "matched")


def ways(kind: Kind) -> list[str]:
    return list(to_stay(GOES, kind, "projects/p/x y", Protect({"env": "prod"})))


@pytest.mark.parametrize("kind", [Kind.IMAGE, Kind.PACKAGE, Kind.VERSION, Kind.TAG])
def test_what_lies_in_a_repository_is_protected_by_its_repositorys_labels_and_by_tags(kind: Kind) -> None:
    said = ways(kind)
    assert said[:3] == [
        "its repository has the label janitor=keep",
        "its repository has the label env=prod",
        "protect.names in the policy file names its repository",
    ]
    assert said[3] == f"protect.tags names {'it' if kind is Kind.TAG else 'a tag of it'}"


@pytest.mark.parametrize(
    ("kind", "what"),
    [(Kind.SERVICE, "it"), (Kind.REVISION, "its service, or it"), (Kind.EXECUTION, "its job, or it")],
)
def test_workloads_are_protected_by_their_own_labels_and_by_what_holds_them(kind: Kind, what: str) -> None:
    said = ways(kind)
    assert said[0] == f"{what} has the label janitor=keep"
    assert said[2] == f"protect.names in the policy file names {what.partition(',')[0]}"
    assert not any("protect.tags" in line for line in said)
    assert said[-2] == "someone opts it out: janitor keep 'projects/p/x y'"
    assert said[-1] == "policy stale no longer matches it, and no other does"
