"""Texts that come composed and decomposed, in whole sweeps (R48)."""

import io
from contextlib import redirect_stdout

import pytest

from janitor.cli.app import run
from tests.sweep.conftest import Placing
from tests.sweep.packages import LIBS, libs, versions
from tests.sweep.sweeping import RUN, world

COMPOSED, APART = "caf\u00e9", "cafe\u0301"
RULES = """\
version: 1
scope: {projects: [p]}
%s
policies:
  - {name: failed, kind: run.service, when: {status: failed, older_than: 24h%s}}
"""
BOTH = pytest.mark.parametrize(("seen", "said"), [(COMPOSED, APART), (APART, COMPOSED)])


def failed(label: str) -> str:
    return f'{{web: {{updated: 3d ago, state: failed, labels: {{team: "{label}"}}, image: nginx}}}}'


@BOTH
@pytest.mark.parametrize("protect", ["protect: {labels: {team: '%s'}}", ""], ids=["protected", "excluded"])
def test_a_label_protects_in_either_form(place: Placing, seen: str, said: str, protect: str) -> None:
    more = "" if protect else f", not: {{labels: {{team: '{said}'}}}}"
    rules = RULES % (protect % said if protect else "", more)
    swept = place(world(services=failed(seen))).sweep("--apply", policies=rules)
    assert (swept.code, swept.names) == (0, [])


@BOTH
@pytest.mark.parametrize(
    "more",
    [", labels: {team: '%s'}", ", labels_regex: {team: '^%s$'}", ", expr: \"resource.labels.team == '%s'\""],
)
def test_a_label_is_matched_in_either_form(place: Placing, seen: str, said: str, more: str) -> None:
    swept = place(world(services=failed(seen))).sweep("--apply", policies=RULES % ("", more % said))
    assert swept.names == [f"{RUN}/services/web"]


@BOTH
def test_a_name_is_matched_in_either_form_and_sent_as_google_gave_it(
    place: Placing, seen: str, said: str
) -> None:
    rules = f"""\
version: 1
scope: {{projects: [p]}}
policies:
  - {{name: old, kind: artifact.version, when: {{name: "{said}", older_than: 30d}}}}
  - {{name: "off", kind: artifact.tag, when: {{tags: "{said}"}}}}
"""
    held = f"{{'{seen}': {versions('1.0.0')}, other: {versions(f'1.0.0 tags: [{seen}]')}}}"
    here = place(libs(held, "GENERIC"))
    swept = here.sweep("--apply", policies=rules)
    gone = [f"{LIBS}/packages/{seen}/versions/1.0.0", f"{LIBS}/packages/other/tags/{seen}"]
    assert swept.code == 0
    assert [name for name in swept.names if "versions" in name] == gone[:1]
    assert {name for rpc, name in here.changes} >= {gone[0]}
    assert set(swept.outcomes.values()) == {"deleted"}
    assert len(swept.names) == 2


@BOTH
def test_protection_of_a_name_and_of_a_tag_holds_in_either_form(place: Placing, seen: str, said: str) -> None:
    rules = f"""\
version: 1
scope: {{projects: [p]}}
protect: {{names: ["{said}"], tags: ["{said}-*"]}}
policies:
  - {{name: old, kind: artifact.version, when: {{older_than: 30d}}}}
  - {{name: "off", kind: artifact.tag, when: {{tags: "*"}}}}
"""
    held = f"{{'{seen}': {versions('1.0.0')}, other: {versions(f'1.0.0 tags: [{seen}-1]')}}}"
    here = place(libs(held, "GENERIC"))
    swept = here.sweep("--apply", policies=rules)
    assert (swept.names, here.changes) == ([], [])
    out = io.StringIO()
    with redirect_stdout(out):
        assert run(["explain", f"{LIBS}/packages/{said}"]) == 0
    assert "protected" in out.getvalue()
