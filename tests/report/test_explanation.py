"""An explanation as text and as JSON: everything in it, and nothing that steers a terminal."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime

from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.report.data.explanation import (
    Asked,
    Explanation,
    Fate,
    GuardAnswer,
    KeepAnswer,
    KeptList,
    KeptRow,
    PolicyAnswer,
    UserAnswer,
    Verdict,
)
from janitor.report.json.explanation import write_explanation_json, write_kept_json
from janitor.report.terminal.explanation import write_explanation, write_kept
from tests.docs.pages import between, text_of

AT = datetime(2026, 11, 24, 4, tzinfo=UTC)
WEB = "projects/p/locations/us-central1/services/web"
APP = "projects/p/locations/us-central1/repositories/r/packages/app/versions/sha256:aa"
FOUND = Explanation(
    Kind.IMAGE, APP, "us-central1-docker.pkg.dev/p/r/app@sha256:aa", AT,
    Verdict(Fate.KEEP, "", "in-use", "a workload that is kept uses it"),
    (
        PolicyAnswer(
            "stale", None,
            (Asked("older_than: 3d", "age unknown", None), Asked("not", "", False, (Asked("tags: v*", "v1", True),))),
            KeepAnswer("latest: 3", True, KeepReason.KEEP_LATEST, 2, 9),
        ),
    ),
    (
        GuardAnswer(KeepReason.IN_USE, True),
        GuardAnswer(KeepReason.PROTECTED, True, ("protect.names: a* names its package app",)),
        GuardAnswer(KeepReason.GOOGLE_MANAGED, True, (), ("stale",)),
        GuardAnswer(KeepReason.NOT_STANDARD, False),
    ),
    (UserAnswer(WEB, "by tag v1"), UserAnswer("protect.references", "by digest", WEB)),
    (), (), (), ("in-use: no more named by web",), ("Cloud Run in p",), (),
)  # fmt: skip
GONE = replace(
    FOUND, verdict=Verdict(Fate.DELETE, "stale", "older-than", "9d old"), contains=((Kind.IMAGE, 2),), after=(WEB,),
    gaps=(Gap("p", "us", Kind.JOB, "403"),),
)  # fmt: skip


def text(found: Explanation) -> str:
    out = io.StringIO()
    write_explanation(found, out)
    return out.getvalue()


def document(found: Explanation) -> dict[str, object]:
    out = io.StringIO()
    write_explanation_json(found, out)
    assert out.getvalue().isascii()
    read: dict[str, object] = json.loads(out.getvalue())
    return read


def test_the_text_says_verdict_keys_guards_users_and_changes() -> None:
    lines = [line.strip() for line in text(FOUND).splitlines()]
    for line in (
        "KEEP: in use by a workload that is kept (in-use)",
        "stale: unknown",
        "older_than: 3d: unknown (it has: age unknown)",
        "not: does not",
        "tags: v*: holds (it has: v1)",
        "keep latest: 3: keeps it (keep-latest); 2 of 9 from the newest",
        "protect.names: a* names its package app",
        "not-standard: no",
        "service web (us-central1, p), by tag v1",
        "protect.references, by digest; deleted in the same sweep",
        "To make it deletable, all of:",
        "- in-use: no more named by web",
        "Read for this: Cloud Run in p. Limits are not evaluated.",
    ):
        assert line in lines
    assert any(line.endswith("; waived by stale") for line in lines)


def test_what_goes_says_by_which_policy_with_what_and_after_what() -> None:
    shown = text(GONE)
    for part in ("DELETE by policy stale (older-than)", "with it: 2 images", f"after {WEB}", "To keep it, one of:",
                 "INCOMPLETE: 1 read failed. Whatever depends on it is kept.", "Jobs in p (us): 403. "):  # fmt: skip
        assert part in shown


def test_what_goes_along_and_what_is_out_of_scope_say_that_nothing_is_asked() -> None:
    along = replace(FOUND, policies=(), verdict=Verdict(Fate.CONTAINED, "old", "unused", "", "projects/x"))
    assert "no policy is asked: it is deleted with the resource that contains it" in text(along)
    assert "no policy is asked: it is out of scope" in text(
        replace(FOUND, policies=(), verdict=Verdict(Fate.OUT_OF_SCOPE))
    )


def test_nothing_in_it_steers_a_terminal() -> None:
    evil = "\x1b[31mred\n\u202eevil"
    asked = (Asked(evil, evil, True, (Asked(evil, evil, None),)),)
    hostile = replace(
        FOUND, name=evil, uri=evil, verdict=Verdict(Fate.KEEP, evil, evil, evil, evil),
        policies=(PolicyAnswer(evil, True, asked, KeepAnswer(evil, True)),),
        guards=(GuardAnswer(KeepReason.SELF, True, (evil,), (evil,)),), users=(UserAnswer(evil, evil, evil),),
        follows=(evil,), after=(evil,), changes=(evil,), rests_on=(evil,), gaps=(Gap(evil, evil, Kind.JOB, evil, evil),),
    )  # fmt: skip
    shown = text(hostile)
    out = io.StringIO()
    write_kept(KeptList(KeepReason.SELF, AT, (KeptRow(Kind.JOB, evil, (evil,)),), (evil,), ()), out)
    for each in (shown, out.getvalue()):
        assert "\x1b" not in each
        assert "\u202e" not in each


def test_the_document_has_the_keys_of_the_page_and_says_what_the_text_says() -> None:
    found = document(GONE)
    page = between(text_of("docs/explain.md"), "explain-json")
    assert [key for key in found if f"`{key}`" not in page] == ["schema_version"]
    assert found["contains"] == {"artifact.image": 2}
    assert found["verdict"] == {
        "fate": "delete", "policy": "stale", "reason": "older-than", "detail": "9d old", "container": "",
    }  # fmt: skip
    (gap,) = found["gaps"]
    assert "artifact.image" in gap.pop("blocks")
    assert gap == {"project": "p", "location": "us", "kind": "run.job", "cause": "403", "repository": None}


def test_a_list_shows_each_with_its_users() -> None:
    kept = KeptList(KeepReason.IN_USE, AT, (KeptRow(Kind.IMAGE, APP, (WEB,)),), ("Cloud Run in p",), ())
    shown, read = io.StringIO(), io.StringIO()
    write_kept(kept, shown)
    write_kept_json(kept, read)
    assert f"  {APP}\n      service web (us-central1, p)\n" in shown.getvalue()
    assert json.loads(read.getvalue())["kept"] == [{"kind": "artifact.image", "name": APP, "users": [WEB]}]
