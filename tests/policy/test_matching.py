"""Which policies are found to match anything: each is asked until it does, and not without need."""

from dataclasses import dataclass, field

import pytest

from janitor.model.kinds import Kind
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import Not
from janitor.policy.conditions.expression import Expr
from janitor.policy.conditions.facts import StoredFacts
from janitor.policy.conditions.failures import Failures
from janitor.policy.conditions.key import Key, StoredReading
from janitor.policy.conditions.names import NameIs, RepositoryIs
from janitor.policy.conditions.truth import AGE_UNKNOWN, Test, Truth, truth
from janitor.policy.deciding.verdict import CompiledPolicy, note_matches, note_named, question
from tests.making import NOW, policy, repository


@dataclass
class Reading:
    """How the key `name` is read: what it was asked of, and of which it holds; an age is never known."""

    holds_of: str
    asked: list[str] = field(default_factory=list)

    def __call__(self, key: Key) -> Test[str]:
        def name(resource: str) -> Truth:
            self.asked.append(resource)
            return truth(resource == self.holds_of)

        return name if isinstance(key, NameIs) else lambda _: AGE_UNKNOWN


def by_name(name: str, reading: Reading) -> CompiledPolicy[str]:
    return question(policy(name, Kind.PACKAGE, NameIs(("x",))), reading, True)


def test_a_policy_that_holds_of_any_resource_has_matched_whatever_became_of_the_one_before() -> None:
    matched: set[str] = set()
    one, other, third = Reading("nobody"), Reading("web"), Reading("api")
    questions = [by_name("one", one), by_name("other", other), by_name("third", third)]
    note_matches(matched, questions, ["api", "web", "app"], Failures())
    assert matched == {"other", "third"}
    assert (one.asked, other.asked, third.asked) == (["api", "web", "app"], ["api", "web"], ["api"])


def test_what_has_matched_is_not_asked_again() -> None:
    reading, matched = Reading("web"), {"one"}
    note_matches(matched, [by_name("one", reading), by_name("two", reading)], ["web"], Failures())
    assert (reading.asked, matched) == (["web"], {"one", "two"})


def test_what_is_not_known_to_hold_has_not_matched() -> None:
    matched: set[str] = set()
    when = OlderThan(NOW - NOW)
    for part in (when, Not(when)):
        note_matches(
            matched, [question(policy("a", Kind.PACKAGE, part), Reading(""), True)], ["web"], Failures()
        )
    assert matched == set()


@pytest.mark.parametrize("answer", [True, False])
def test_an_expression_that_fails_here_is_not_counted_a_second_time(answer: bool) -> None:
    failures, matched = Failures(), set[str]()
    repo = repository(format="NPM", labels={"team": "ml"} if answer else {})
    leaf = StoredReading(Kind.VERSION, repo, NOW.timestamp(), failures)
    asked = question(policy("a", Kind.VERSION, Expr("resource.labels.team == 'ml'", "a")), leaf, True)
    note_matches(matched, [asked], [StoredFacts("web")], failures)
    assert (matched, failures.lines()) == ({"a"} if answer else set(), ())


class Untouched:
    """Resources that must not be read."""

    def __iter__(self) -> None:
        raise AssertionError("read without need")


def test_nothing_is_read_for_a_policy_that_the_repository_rules_out() -> None:
    """Over a million images that is most of the work."""
    repo = repository(format="NPM")
    leaf = StoredReading(Kind.VERSION, repo, NOW.timestamp(), Failures())
    elsewhere = question(policy("a", Kind.VERSION, RepositoryIs(("other",))), leaf, True)
    note_matches(set(), [elsewhere], Untouched(), Failures())  # type: ignore[arg-type]


def unknown(_: Key) -> Test[str]:
    return lambda _: AGE_UNKNOWN


def test_a_policy_whose_selectors_match_or_may_match_any_resource_is_named() -> None:
    """Whatever its other keys say."""
    named: set[str] = set()
    when = NameIs(("x",)), OlderThan(NOW - NOW)
    questions = [
        question(policy(name, Kind.PACKAGE, *when), leaf, True)
        for name, leaf in (("none", Reading("nobody")), ("one", Reading("web")), ("may", unknown))
    ]
    note_named(named, questions, ["api", "web"], Failures())
    assert named == {"one", "may"}


def test_what_is_named_is_not_asked_again() -> None:
    reading, named = Reading("web"), {"one"}
    note_named(named, [by_name("one", reading), by_name("two", reading)], ["web"], Failures())
    assert (reading.asked, named) == (["web"], {"one", "two"})


def test_nothing_is_read_for_selectors_that_the_repository_rules_out() -> None:
    leaf = StoredReading(Kind.VERSION, repository(format="NPM"), NOW.timestamp(), Failures())
    elsewhere = question(policy("a", Kind.VERSION, RepositoryIs(("other",))), leaf, True)
    note_named(set(), [elsewhere], Untouched(), Failures())  # type: ignore[arg-type]
