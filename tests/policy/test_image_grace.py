"""Grace of images and of repositories: what would go is moved to what stays until its date has come."""

from collections.abc import Collection
from datetime import timedelta

from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason, KeepReason
from janitor.policy.conditions.condition import All
from janitor.policy.deciding.grace import Candidate, Grace, Mark, Marks, image_holding, repository_thing
from janitor.policy.deciding.verdict import Delete, Keep
from janitor.policy.model import Policy
from tests.making import NOW, REPOSITORY, ago, digest, image, repository

WEEK = timedelta(days=7)
PLAIN = Policy("plain", Kind.IMAGE, All(()))
GRACEFUL = Policy("graceful", Kind.IMAGE, All(()), grace=WEEK)
REPO = repository(labels={"owner": "ml", "team": "data"})
IMAGES = [image("a", "v1", package="team/app"), image("b", "v2", "v1", package="team/app"), image("c")]


def named(label: str, package: str = "team/app") -> str:
    return REPOSITORY.version(package, digest(label))


def held(
    policy: Policy = GRACEFUL, marks: Marks | None = None, follows: Collection[str] = ()
) -> tuple[Grace, dict[str, str], set[str], bool]:
    """Images a and b go, and c is kept already: what stays and why, what goes, whether any was moved.

    `follows` are those that only follow another.
    """
    grace = Grace(marks or Marks())
    reasons = {label: DeleteReason.CHILD_OF if label in follows else DeleteReason.MATCHED for label in "ab"}
    goes = {digest(label): Delete(policy, reason) for label, reason in reasons.items()}
    kept = {digest("c"): KeepReason.IN_USE}
    hold = image_holding(grace, (PLAIN, policy), REPO, NOW)
    assert hold is not None
    moved = hold("team/app", IMAGES, kept, goes)
    labels = {digest(label): label for label in "abc"}
    return (
        grace,
        {labels[each]: why.value for each, why in kept.items()},
        {labels[each] for each in goes},
        moved,
    )


def test_where_no_policy_has_a_grace_and_nobody_spoke_of_the_repository_no_image_is_asked_of() -> None:
    elsewhere = "projects/p/locations/us-central1/repositories/other/packages/app/versions/sha256:1"
    marks = Marks({elsewhere: Mark(NOW, NOW + WEEK, "")}, frozenset({elsewhere}))
    assert image_holding(Grace(marks), (PLAIN,), REPO, NOW) is None
    assert image_holding(Grace(marks), (), REPO, NOW) is None


def test_a_policys_grace_a_mark_or_an_opt_out_each_ask_of_every_image() -> None:
    mark = Mark(NOW, NOW + WEEK, "")
    for marks in (Marks({named("a"): mark}), Marks(opted_out=frozenset({named("a")}))):
        assert image_holding(Grace(marks), (PLAIN,), REPO, NOW) is not None
    assert image_holding(Grace(), (PLAIN, GRACEFUL), REPO, NOW) is not None


def test_what_would_go_by_a_policy_with_grace_stays_and_waits() -> None:
    grace, kept, goes, moved = held()
    assert (kept, goes, moved) == ({"a": "grace", "b": "grace", "c": "in-use"}, set(), True)
    assert set(grace.waiting) == {named("a"), named("b")}
    one = grace.waiting[named("b")]
    assert (one.kind, one.name, one.policy, one.owner) == (Kind.IMAGE, named("b"), "graceful", "ml")
    assert (one.announced_at, one.due_at, one.state, one.is_new) == (NOW, NOW + WEEK, "v1 v2", True)


def test_what_goes_by_a_policy_without_grace_goes() -> None:
    marks = Marks({named("z"): Mark(NOW, NOW + WEEK, "")})
    grace, kept, goes, moved = held(PLAIN, marks)
    assert (kept, goes, moved) == ({"c": "in-use"}, {"a", "b"}, False)
    assert grace.waiting == {}


def test_a_date_that_has_come_lets_that_one_go_and_a_change_starts_it_again() -> None:
    due = Mark(ago(days=7), NOW, "v1")
    grace, kept, goes, moved = held(marks=Marks({named("a"): due, named("b"): due}))
    assert (kept, goes, moved) == ({"b": "grace", "c": "in-use"}, {"a"}, True)
    assert (grace.waiting[named("b")].announced_at, grace.waiting[named("b")].due_at) == (NOW, NOW + WEEK)


def test_what_follows_another_waits_only_for_a_mark_of_its_own() -> None:
    """It goes with what it follows, whose date it is."""
    _, kept, goes, _ = held(follows="b")
    assert (kept, goes) == ({"a": "grace", "c": "in-use"}, {"b"})
    own = Marks({named("b"): Mark(NOW, NOW + WEEK, "v1 v2")})
    _, kept, goes, _ = held(PLAIN, own, follows="b")
    assert (kept, goes) == ({"b": "grace", "c": "in-use"}, {"a"})


def test_opted_out_stays_whether_it_follows_or_not_by_its_digest_its_tag_or_what_holds_it() -> None:
    tag = REPOSITORY.tag("team/app", "v2")
    for follows in ("", "b"):
        for name in (named("b"), tag):
            _, kept, goes, moved = held(PLAIN, Marks(opted_out=frozenset({name})), follows)
            assert (kept, goes, moved) == ({"b": "opted-out", "c": "in-use"}, {"a"}, True)
    for name in (str(REPOSITORY), REPOSITORY.package("team/app")):
        _, kept, goes, _ = held(PLAIN, Marks(opted_out=frozenset({name})), follows="b")
        assert (kept, goes) == ({"a": "opted-out", "b": "opted-out", "c": "in-use"}, set())


def test_an_image_goes_no_earlier_than_its_tag_was_announced_to() -> None:
    marks = Marks({REPOSITORY.tag("team/app", "v2"): Mark(NOW, NOW + WEEK, "")})
    for follows in ("", "b"):
        grace, kept, goes, _ = held(PLAIN, marks, follows)
        assert (kept, goes) == ({"b": "grace", "c": "in-use"}, {"a"})
        assert grace.waiting[named("b")].due_at == NOW + WEEK


def of_repository(repo_state: str, thing: Candidate) -> Grace:
    """A sweep in which a repository of this state then would go, its week being over."""
    grace = Grace(Marks({thing.name: Mark(ago(days=7), NOW, repo_state)}))
    grace.answer(Delete(GRACEFUL, DeleteReason.UNUSED), thing, NOW)
    return grace


def test_a_repository_is_changed_by_what_comes_goes_or_is_tagged_in_it_and_by_being_made_anew() -> None:
    thing = repository_thing(REPO, IMAGES)
    assert (thing.kind, thing.name, thing.owner, thing.tags) == (Kind.REPOSITORY, str(REPOSITORY), "ml", ())
    before = thing.state()
    assert of_repository(before, thing).waiting == {}
    assert repository_thing(REPO, IMAGES[::-1]).state() == before
    others = (
        repository_thing(REPO, IMAGES[:2]),
        repository_thing(REPO, [*IMAGES, image("d")]),
        repository_thing(REPO, [*IMAGES[:2], image("c", "v3")]),
        repository_thing(repository(labels=REPO.labels, create_time=ago(days=1)), IMAGES),
        repository_thing(repository(labels=REPO.labels, create_time=None), IMAGES),
    )
    states = {before, *(each.state() for each in others)}
    assert len(states) == len(others) + 1
    for each in others:
        waiting = of_repository(before, each).waiting[each.name]
        assert (waiting.owner, waiting.due_at) == ("ml", NOW + WEEK)


def test_of_an_opted_out_repository_nothing_goes() -> None:
    thing = repository_thing(REPO, IMAGES)
    answer = Grace(Marks(opted_out=frozenset({thing.name}))).answer(
        Delete(PLAIN, DeleteReason.UNUSED), thing, NOW
    )
    assert answer == Keep(KeepReason.OPTED_OUT)
