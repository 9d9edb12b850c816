"""Artifacts about other images, end to end (R40): signatures, attestations, SBOMs and charts."""

import json
from typing import Any

import pytest

from janitor.emulator import digest
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import Place, image, uri, version, world
from tests.sweep.test_explain import explain

RULES = """\
version: 1
scope: {projects: [p]%s}
limits: {max_share: 100%%, max_deletions: 1000}
policies:
"""
ORPHANS = "  - {name: o, kind: artifact.image, when: {repository: r, orphaned: true, older_than: 90d}}\n"
IMAGES = "  - {name: old-images, kind: artifact.image, when: {repository: r, older_than: 20d}}\n"
PACKAGES = "  - {name: stale-packages, kind: artifact.package, when: {repository: r, older_than: 20d}}\n"
USER = "{web: {updated: 1d ago, image: '%s'}}"
OTHER = USER % "docker.io/library/web:1"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
CHART = "application/vnd.cncf.helm.config.v1+json"


def about(label: str, suffix: str = ".sig") -> str:
    return f"'{digest(label).replace(':', '-')}{suffix}'"


STRAYS = (
    image("kept", "v2", age="60d ago"),
    image("sig-kept", about("kept"), age="60d ago"),
    image("sig-gone", about("gone"), age="200d ago"),
    image("att-gone", about("gone-too", ""), age="200d ago", children="[bundle-gone]"),
    image("bundle-gone", age="200d ago", artifact_type=BUNDLE),
)


def explained(here: Place, label: str, rules: str) -> dict[str, Any]:
    return explain(here, version(label), "--format", "json", policies=rules).document


def second(images: str, project: str = "q") -> str:
    """Another project, with one repository."""
    return f"""\
  {project}:
    locations: [us-central1]
    artifact_locations: [us-central1]
    artifact_registry: {{us-central1: {{repositories: {{other: {{created: 90d ago, images: [{images}]}}}}}}}}
"""


def test_orphan_signatures(place: Placing) -> None:
    here = place(world(*STRAYS, services=OTHER))
    planned = here.sweep("--dry-run", policies=RULES % "" + ORPHANS)
    swept = here.sweep("--apply", policies=RULES % "" + ORPHANS)
    assert swept.code == 0, swept.err
    assert planned.names == swept.names
    gone = [version(label) for label in ("sig-gone", "att-gone", "bundle-gone")]
    assert sorted(swept.names) == sorted(gone)
    reasons = {action["name"]: action["reason"] for action in swept.actions}
    assert [reasons[name] for name in gone] == ["orphaned", "orphaned", "child-of"]
    assert here.sweep("--apply", policies=RULES % "" + ORPHANS).names == []


def test_no_other_policy_deletes_them(place: Placing) -> None:
    here = place(world(*STRAYS, services=OTHER))
    rules = RULES % "" + "  - {name: all, kind: artifact.image, when: {repository: r, older_than: 90d}}\n"
    assert here.sweep("--apply", policies=rules).names == []


def test_a_signature_stays_while_its_image_is_in_another_project_that_is_read(place: Placing) -> None:
    found = second(f"{image('gone', 'v1')}, {image('gone-too', 'v2')}")
    for also_read, count in ((", also_read: [q]", 0), ("", 3)):
        here = place(world(*STRAYS, services=OTHER, more=found))
        planned = here.sweep("--dry-run", policies=RULES % also_read + ORPHANS)
        assert planned.code == 0, planned.err
        assert len(planned.names) == count


def test_a_signature_stays_while_its_image_is_outside_of_the_scope_of_deletion(place: Placing) -> None:
    here = place(world(*STRAYS, services=OTHER, more=second(f"{image('gone', 'v1')}, {image('gone-too')}")))
    both = RULES.replace("[p]", "[p, q]") % ""
    assert here.sweep("--dry-run", "--project", "p", policies=both + ORPHANS).names == []


def test_nothing_is_orphaned_while_a_repository_of_another_project_could_not_be_read(place: Placing) -> None:
    trouble = "[{rpc: ListDockerImages, project: q, permission_denied: true}]"
    here = place(world(*STRAYS, services=OTHER, more=second(image("x")), trouble=trouble))
    planned = here.sweep("--dry-run", policies=RULES % ", also_read: [q]" + ORPHANS)
    assert (planned.code, planned.names) == (3, [])


def test_signatures_in_their_own_package(place: Placing) -> None:
    here = place(
        world(
            image("live", "v1", age="60d ago"),
            image("sig-live", about("live"), age="60d ago", package="signatures"),
            services=USER % uri("@live"),
        )
    )
    swept = here.sweep("--apply", policies=RULES % "" + IMAGES + PACKAGES)
    assert (swept.code, swept.names) == (0, []), swept.err
    assert swept.kept("artifact.package") == {"holds-in-use": 1, "holds-referrer": 1}
    literal = PACKAGES.replace("repository: r", "repository: r, name: signatures")
    assert here.sweep("--apply", policies=RULES % "" + literal).names == []
    orphans = ORPHANS.replace("90d", "1d")
    assert here.sweep("--apply", policies=RULES % "" + orphans + PACKAGES).names == []


def test_a_package_stays_while_an_artifact_in_another_package_is_attached_to_an_image_in_it(
    place: Placing,
) -> None:
    """Google would refuse to delete the image; once the artifact is gone, the package goes."""
    images = [
        image("subject", "v1", age="60d ago"),
        image("sbom", age="60d ago", package="sboms", subject="app@subject", artifact_type=BUNDLE),
    ]
    here = place(world(*images))
    swept = here.sweep("--apply", policies=RULES % "" + PACKAGES)
    assert (swept.code, swept.names, here.changes) == (0, [], []), swept.err
    assert swept.kept("artifact.package") == {"holds-referrer": 2}
    typed = IMAGES.replace("repository: r,", f"repository: r, artifact_type: '{BUNDLE}',")
    app = PACKAGES.replace("repository: r,", "repository: r, name: app,")
    swept = here.sweep("--apply", policies=RULES % "" + typed + app)
    assert swept.names == [version("sbom", "sboms")]
    swept = here.sweep("--apply", policies=RULES % "" + app)
    assert [name.rpartition("/")[2] for name in swept.names] == ["app"]
    assert set(swept.outcomes.values()) == {"deleted"}


def test_a_repository_goes_whole_with_an_artifact_and_the_image_that_it_is_attached_to(
    place: Placing,
) -> None:
    images = [
        image("subject", "v1", age="60d ago"),
        image("sbom", age="60d ago", package="sboms", subject="app@subject", artifact_type=BUNDLE),
    ]
    rules = RULES % "" + "  - {name: whole, kind: artifact.repository, when: {name: r, older_than: 1d}}\n"
    swept = place(world(*images)).sweep("--apply", policies=rules)
    assert [name.rpartition("/")[2] for name in swept.names] == ["r"]
    assert set(swept.outcomes.values()) == {"deleted"}


def test_signatures_in_their_own_repository(place: Placing) -> None:
    """A repository named literally stays, too: what it holds is about images elsewhere."""
    signature = image("sig", about("live"), age="60d ago", package="signatures")
    here = place(
        world(image("live", "v1"), services=USER % uri("@live"), more="").replace(
            "repositories: {r:", f"repositories: {{sigs: {{created: 90d ago, images: [{signature}]}}, r:"
        )
    )
    rules = RULES % "" + "  - {name: whole, kind: artifact.repository, when: {name: sigs, older_than: 1d}}\n"
    swept = here.sweep("--apply", policies=rules)
    assert (swept.code, swept.names) == (0, []), swept.err
    assert swept.kept("artifact.repository")["holds-referrer"] == 1


@pytest.mark.parametrize("names_type", [False, True])
def test_helm_typed(place: Placing, names_type: bool) -> None:
    """A chart is no artifact about another image, and explain says how a policy may take it."""
    charts = [image(f"c{n}", f"0.{n}.0", age=f"{400 - 100 * n}d ago", artifact_type=CHART) for n in (1, 2, 3)]
    here = place(world(*charts, services=OTHER))
    of_type = f", artifact_type: {CHART}" if names_type else ""
    rules = (
        RULES % "" + f"  - {{name: old-charts, kind: artifact.image, when: {{older_than: 30d{of_type}}}}}\n"
    )
    swept = here.sweep("--apply", policies=rules)
    assert swept.code == 0, swept.err
    assert len(swept.names) == (3 if names_type else 0)
    if not names_type:
        assert swept.kept("artifact.image") == {"subject-unknown": 3}
        said = explained(here, "c1", rules)
        assert said["verdict"]["detail"] == f"it is an artifact of type {CHART}; a policy must name this type"
        assert f"a policy names its artifact_type, {CHART}, in `when`" in str(said["changes"])
        assert "about another image" not in json.dumps(said)


def test_explain_says_of_a_stray_signature_what_it_is_about_and_names_no_type(
    place: Placing,
) -> None:
    here = place(world(*STRAYS, services=OTHER))
    said = explained(here, "sig-gone", RULES % "" + IMAGES)
    assert said["verdict"]["detail"] == f"it is about {digest('gone')}, which its package does not contain"
    assert "a policy has orphaned: true" in str(said["changes"])
    assert "artifact_type" not in str(said["changes"])
    said = explained(here, "sig-gone", RULES % "" + ORPHANS)
    assert (said["verdict"]["fate"], said["verdict"]["reason"]) == ("delete", "orphaned")
