"""`expr`: what a CEL expression may say, and what it comes to on each kind."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from janitor.model.kinds import Kind
from janitor.policy.conditions.cel import program
from janitor.policy.conditions.condition import Not
from janitor.policy.conditions.expression import EXPR_FAILED, Expr, fields_of
from janitor.policy.conditions.expression import test_of as asking
from janitor.policy.conditions.facts import StoredFacts
from janitor.policy.conditions.failures import Failures
from janitor.policy.conditions.key import StoredReading
from janitor.policy.conditions.names import LocationIs, NameIs
from janitor.policy.conditions.truth import YES
from janitor.policy.file.document import parse_policies
from janitor.policy.model import Policies
from tests.deciding import context, decided, images_decided
from tests.making import NOW, ago, contents, image, policies, policy, repository, revision, service, workloads
from tests.policy.test_document_mistakes import of_policy

EXAMPLE = "resource.labels.team == 'ml' && age > duration('240h')"


def services(text: str, negated: bool = False) -> Policies:
    """One policy on services that an expression decides."""
    key = Expr(text, "a")
    return policies(policy("a", Kind.SERVICE, NameIs(("*",)), Not(key) if negated else key))


def of_service(text: str, negated: bool = False, **facts: object) -> str:
    """The verdict on a failed service, 30 days old."""
    found = service("web", failed=True, **facts)
    return decided(services(text, negated), workloads(found))["web"]


def of_image(text: str, *tags: str, labels: Mapping[str, str] | None = None, **facts: object) -> str:
    """The verdict on an image."""
    asked = policies(policy("a", Kind.IMAGE, Expr(text, "a")))
    goes, stays = images_decided(
        asked,
        contents(image("one", *tags, **facts)),
        repo=repository(labels=labels or {}),  # type: ignore[arg-type]
    )
    return f"delete: {goes[0].reason}" if goes else next(iter(stays.values()))


def test_the_example_of_the_page_holds_and_does_not() -> None:
    assert of_service(EXAMPLE, labels={"team": "ml"}) == "delete: matched"
    assert of_service(EXAMPLE, labels={"team": "web"}) == "not-matched"
    assert of_service(EXAMPLE, labels={"team": "ml"}, update_time=ago(days=9)) == "not-matched"


@pytest.mark.parametrize(
    "text",
    [
        "resource.name == 'web'",
        "resource.kind == 'run.service'",
        "resource.project == 'p' && resource.location == 'us-central1'",
        "resource.status == 'failed'",
        "resource.annotations['run.googleapis.com/client-name'] == 'terraform'",
        "resource.creator.endsWith('@example.com')",
        "!has(resource.labels.owner)",
        "!('owner' in resource.labels)",
        "resource.name.matches('^w[a-z]+$')",
        "size(resource.labels) == 0",
        "timestamp(resource.annotations.expires) < now",
        "now - duration('1h') < now",
        "age > duration('719h') && age < duration('721h')",
    ],
)
def test_each_fact_of_a_service_can_be_asked(text: str) -> None:
    facts = {
        "annotations": {"run.googleapis.com/client-name": "terraform", "expires": "2026-11-01T00:00:00Z"},
        "creator": "someone@example.com",
    }
    assert of_service(text, **facts) == "delete: matched"


@pytest.mark.parametrize(
    "text",
    [
        "resource.name == 'app'",
        "resource.repository == 'r' && resource.project == 'p' && resource.location == 'us-central1'",
        "resource.digest.startsWith('sha256:')",
        "'v1' in resource.tags && size(resource.tags) == 2",
        "resource.labels.env == 'dev'",
        "resource.size_bytes > 999 && resource.size_bytes < 1001",
        "resource.artifact_type == ''",
        "resource.kind == 'artifact.image'",
        "age == duration('720h')",
    ],
)
def test_each_fact_of_an_image_can_be_asked(text: str) -> None:
    assert of_image(text, "v1", "dev", labels={"env": "dev"}) == "delete: matched"


def test_a_revision_tells_of_its_service_and_its_creator() -> None:
    asked = policies(
        policy("a", Kind.REVISION, Expr("resource.service == 'web' && resource.creator == 'x'", "a"))
    )
    found = workloads(
        service("web", traffic=["r2"]),
        revision("web", "r1", creator="x"),
        revision("web", "r2", status="active"),
    )
    assert decided(asked, found)["r1"] == "delete: matched"


@pytest.mark.parametrize("negated", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "resource.labels.team == 'ml'",
        "int(resource.name) > 1",
        "1 / size(resource.labels) == 1",
        "resource.labels.a",
    ],
)
def test_an_expression_that_fails_keeps_whether_it_is_negated_or_not(text: str, negated: bool) -> None:
    assert of_service(text, negated) == "expr-failed"


@pytest.mark.parametrize("negated", [False, True])
def test_an_unknown_age_or_size_is_the_answer_of_whoever_asks_for_it(negated: bool) -> None:
    assert of_service("age < duration('1h')", negated, update_time=None) == "age-unknown"
    assert of_service("age < duration('1h')", negated, update_time=ago(hours=-1)) == "age-unknown"
    assert of_image("age < duration('1h')", days=None) == "age-unknown"
    epoch = NOW.timestamp() / 86400
    assert of_image("age > duration('1h')", days=epoch) == "age-unknown"
    assert of_image("resource.size_bytes < 10", size=0) == "size-unknown"
    assert of_image("resource.name == 'app'", size=0) == "delete: matched"


def test_what_is_no_truth_value_keeps() -> None:
    asked = services("resource.name")
    known = context(asked)
    assert (
        decided(asked, workloads(service("web", failed=True)), failures=known.failures)["web"]
        == "expr-failed"
    )
    assert known.failures.lines() == (
        "policy a: its expr failed for 1 resource, which is kept (expr-failed); "
        "the first cause: it gives str, and not true or false",
    )


def test_a_failure_is_counted_once_a_resource_and_told_once_a_policy() -> None:
    failures = Failures()
    text = "resource.labels.team == 'ml'"
    found = workloads(*(service(f"s{place}", failed=True) for place in range(3)))
    decided(services(text), found, failures=failures)
    assert failures.lines() == (
        "policy a: its expr failed for 3 resources, which are kept (expr-failed); "
        "the first cause: there is no 'team': ask first, with has(…) or `in`",
    )


def test_each_policys_failures_are_told_in_the_order_of_their_names_in_the_librarys_own_words() -> None:
    failures = Failures()
    asked = policies(
        policy("b", Kind.SERVICE, Expr("int(resource.labels.a) > 1", "b")),
        policy("a", Kind.SERVICE, Expr("int(resource.labels.a) > 2", "a")),
        policy("c", Kind.SERVICE, Expr("int(resource.labels.a) > 3", "a")),
    )
    decided(asked, workloads(service("web", failed=True, labels={"a": "x"})), failures=failures)
    told = [line.partition(": its expr")[0] for line in failures.lines()]
    assert told == ["policy a", "policy a", "policy b"]
    cause = failures.lines()[0].partition("the first cause: ")[2]
    assert cause.startswith("Function 'int' error: string parse error")


class PanicException(BaseException):
    """As PyO3's, by which a panic in Rust comes to Python."""


class Ends:
    """An expression, once compiled, that ends like this whatever it is asked."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def execute(self, _: object) -> object:
        raise self.error


@pytest.mark.parametrize("error", [PanicException("index out of bounds"), ValueError("no such overload")])
def test_an_error_of_the_librarys_keeps_the_resource_even_a_panic(
    monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    monkeypatch.setattr("janitor.policy.conditions.expression.program", lambda _: Ends(error))
    failures = Failures()
    answer = asking(Expr("x", "a"), failures, lambda _: None, lambda _: {})(object())
    assert answer is EXPR_FAILED
    assert str(error) in failures.lines()[0]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit()])
def test_what_ends_the_program_is_no_error_of_an_expression(
    monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    monkeypatch.setattr("janitor.policy.conditions.expression.program", lambda _: Ends(error))
    with pytest.raises(type(error)):
        asking(Expr("x", "a"), Failures(), lambda _: None, lambda _: {})(object())


def test_what_a_label_says_stays_quoted_and_short_in_the_cause() -> None:
    failures = Failures()
    text = "int(resource.labels.a) > 1"
    hostile = service("web", failed=True, labels={"a": "\x1b[2J\n" + "x" * 900})
    decided(services(text), workloads(hostile), failures=failures)
    line = failures.lines()[0]
    assert line.isprintable()
    assert len(line) < 300


def test_an_expression_is_no_selector_so_keep_counts_whom_it_leaves_out() -> None:
    text = (
        "version: 1\npolicies:\n- name: a\n  kind: artifact.image\n"
        '  when: {expr: "resource.size_bytes > 5000"}\n  keep: {latest: 1}\n'
    )
    asked = parse_policies(text.encode(), "f", lambda _: b"")
    goes, stays = images_decided(asked, contents(image("old", size=9000), image("new", days=1, size=10)))
    assert [each.image.size_bytes for each in goes] == [9000]
    assert list(stays.values()) == ["keep-latest"]


def test_other_keys_are_asked_first_so_it_need_not_hold_for_those_they_leave_out() -> None:
    failures = Failures()
    key = Expr("resource.labels.team == 'ml'", "a")
    asked = policies(policy("a", Kind.SERVICE, LocationIs(("europe-*",)), key))
    assert decided(asked, workloads(service("web", failed=True)), failures=failures)["web"] == "not-matched"
    assert failures.lines() == ()


def test_an_expression_is_compiled_once_however_many_are_asked() -> None:
    program.cache_clear()
    asked = policies(policy("a", Kind.SERVICE, Expr("resource.name.startsWith('w')", "a")))
    found = decided(asked, workloads(*(service(f"w{n}", failed=True) for n in range(20))))
    assert set(found.values()) == {"delete: matched"}
    assert program.cache_info().misses == 1


MISTAKES = {
    "expr: ''": "an empty expression has no meaning:",
    "expr: 3": "expr: '3' must be text",
    "expr: resource.name ==": "expr, character 17: mismatched input '<EOF>'",
    "expr: (resource.name == 'a'": "character 22: missing ')' at '<EOF>'",
    'expr: "resource.name == \'a"': "character 18",
    "expr: resource.nam == 'a'": "character 10: resource has no 'nam': did you mean name?",
    "expr: resource.labls.team == 'a'": "did you mean labels?",
    "expr: \"resource.tags == ['a']\"": "resource has no 'tags'",
    "expr: resorce.name == 'a'": "there is no variable 'resorce': did you mean resource?",
    "expr: true && agee > duration('1h')": "character 9: there is no variable 'agee': did you mean age?",
    "expr: age > duraton('240h')": "there is no function 'duraton': did you mean duration?",
    "expr: resource.name.startWith('a')": "there is no method 'startWith': did you mean startsWith?",
    "expr: age > duration('10d')": "Function 'duration' error",
    "expr: false && resource.name.matches('(')": "not a valid regex",
    "expr: resource.name.matches(resource.location)": "matches needs one text in quotes",
    "expr: now > timestamp('yesterday')": "Function 'timestamp' error",
    "expr: age > 3": "No such overload",
    "expr: resource.name == 'a' || 1 / 0 == 1": "character 25: division by zero",
    "expr: 9223372036854775807 + 1 > 0": "overflow",
    "expr: '[1, 2][7] == 1'": "index out of bounds",
    "expr: resource.name == 'a' && (age > 3 || true)": "character 26: No such overload",
    "expr: resource.name": "it gives str, and not true or false",
    "expr: false && resource.name": "character 10: it gives str",
    "expr: resource.name.contains(3)": "contains does not accept these values",
    "expr: \"['a'].exists(x, x == resource.name)\"": "exists loops over a list",
    "expr: \"['a'].all(x, x == resource.name)\"": "all loops over a list",
    "expr: \"size(['a'].map(resource, true)) > 0\"": "map loops over a list",
    "expr: \"size(['a'].filter(resource, true)) > 0\"": "filter loops over a list",
    "expr: \"['a'] . exists_one (x, true)\"": "exists_one loops over a list",
    "expr: resource == 'a'": "`resource` is allowed only before a field,",
    "expr: \"resource['name'] == 'a'\"": "`resource` is allowed only before a field,",
    "expr: .resource.name == 'a'": "a name does not begin with a dot",
    "expr: resource.name == 'a' // b": "a comment after a # of YAML",
    "expr: resource.name == `a`": "is not allowed here",
    "expr: 'Foo{} == 1'": "there is no variable 'Foo'",
    "any: [{expr: resource.nam == 'a'}]": "3:52: expr, character 10: resource has no 'nam'",
    "not: {expr: resource.nam == 'a'}": "3:51: expr, character 10: resource has no 'nam'",
    f"expr: {'(' * 21}true{')' * 21}": "nested deeper than 20",
    f"expr: \"resource.name == '{'a' * 1000}'\"": "at most 1000 characters",
}


@pytest.mark.parametrize("when", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_the_way_out(tmp_path: Path, when: str) -> None:
    lines = of_policy(tmp_path, f"{{name: a, kind: run.service, when: {{{when}}}}}")
    assert len(lines) == 1
    assert lines[0].startswith("3:")
    assert MISTAKES[when] in lines[0]


def test_each_kind_refuses_the_fields_of_others(tmp_path: Path) -> None:
    lines = of_policy(tmp_path, "{name: a, kind: artifact.image, when: {expr: resource.creator == 'a'}}")
    assert "resource has no 'creator'" in lines[0]


def test_every_field_of_the_grammar_is_there_when_it_is_asked() -> None:
    for field, sample in fields_of("run.service").items():
        empty = "size({}) == 0" if isinstance(sample, Mapping) else "true"
        assert (
            of_service(f"(has(resource.{field}) || true) && {empty}".replace("{}", f"resource.{field}"))
            != "expr-failed"
        )


@pytest.mark.parametrize("kind", [Kind.PACKAGE, Kind.VERSION, Kind.TAG])
def test_every_field_of_what_lies_in_a_repository_is_there_when_it_is_asked(kind: Kind) -> None:
    held = StoredFacts("left-pad", "1.2.3", ("next",), 1.0, 1.0, 1000)
    for field in fields_of(kind):
        failures = Failures()
        leaf = StoredReading(kind, repository(), NOW.timestamp(), failures)
        assert leaf(Expr(f"resource.{field} == resource.{field}", "a"))(held) is YES, field
        assert failures.lines() == ()


def test_the_document_names_every_field() -> None:
    table = (Path(__file__).parents[2] / "docs/policies.md").read_text().partition("| variable | is |")[2]
    named = {
        name
        for row in table.partition("\n\n")[0].splitlines()
        for name in re.findall(r"`(?:resource)?\.(\w+)`", row)
    }
    assert named == {field for kind in Kind for field in fields_of(kind)}


def test_a_whole_file_with_an_expression_is_read() -> None:
    text = f'version: 1\npolicies: [{{name: a, kind: run.service, when: {{expr: "{EXAMPLE}"}}}}]\n'
    read = parse_policies(text.encode(), "f", lambda _: b"").policies[0]
    assert read.when.parts == (Expr(EXAMPLE, "a"),)
    assert replace(read, name="b") != read
    assert NOW.tzinfo
