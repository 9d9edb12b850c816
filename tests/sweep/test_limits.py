"""The limits end to end: what counts as destroyed, and what a refusal says (R20)."""

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.sweeping import image, world

HEAD = "version: 1\nscope: {projects: [p]}\nlimits: {max_monthly_value: 1000000 USD}\npolicies:\n"
REPOSITORY = (
    HEAD + "  - {name: r, kind: artifact.repository, when: {name: r, unused: true, older_than: 7d}}\n"
)
SERVICES = HEAD + "  - {name: s, kind: run.service, when: {status: failed, older_than: 24h}}\n"
IMAGES = HEAD + "  - {name: i, kind: artifact.image, when: {older_than: 7d}}\n"
FAILED = """{f: {updated: 9d ago, state: failed, image: docker.io/library/f, revisions: [
  {name: f-2, created: 9d ago, state: failed}, {name: f-1, created: 10d ago, state: failed}]}}"""


@pytest.mark.parametrize(
    ("rules", "destroyed"),
    [(REPOSITORY, 4), (SERVICES, 3)],
    ids=["a repository and each image in it", "a service and each revision"],
)
def test_what_a_container_holds_counts_for_max_deletions(place: Placing, rules: str, destroyed: int) -> None:
    here = place(world(*(image(f"i{n}") for n in range(3)), services=FAILED))
    flags = ("--apply", "--limit", "max_share=100%", "--limit")
    refused = here.sweep(*flags, f"max_deletions={destroyed - 1}", policies=rules)
    assert (refused.code, here.changes) == (4, [])
    (refusal,) = refused.document["refusals"]
    assert f"--limit max_deletions={destroyed}" in refusal["message"]
    assert here.sweep(*flags, f"max_deletions={destroyed}", policies=rules).code == 0
    assert here.changes


def test_a_share_counts_above_ten_destroyed(place: Placing) -> None:
    ten = place(world(*(image(f"i{n}") for n in range(10))))
    assert ten.sweep("--dry-run", policies=IMAGES).code == 0
    eleven = place(world(*(image(f"i{n}") for n in range(11))))
    swept = eleven.sweep("--apply", policies=IMAGES)
    assert (swept.code, eleven.changes) == (4, [])
    assert [each["limit"] for each in swept.document["refusals"]] == ["max_share"]


def test_a_kind_that_no_policy_names_has_no_share(place: Placing) -> None:
    """The twelve images go with their repository: only the share of repositories counts, and that is one."""
    here = place(world(*(image(f"i{n}") for n in range(12))))
    assert here.sweep("--dry-run", policies=REPOSITORY).code == 0
    swept = here.sweep("--dry-run", policies=REPOSITORY + IMAGES.partition("policies:\n")[2])
    assert [each["limit"] for each in swept.document["refusals"]] == ["max_share"]


def test_a_refusal_by_value_says_how_many_have_no_price(place: Placing) -> None:
    images = [image("big", size="1GB"), *(image(f"i{n}", size="0") for n in range(3))]
    rules = IMAGES.replace("1000000 USD", "0.01 USD")
    here = place(world(*images))
    swept = here.sweep("--apply", policies=rules)
    assert (swept.code, here.changes) == (4, [])
    (refusal,) = swept.document["refusals"]
    assert refusal["limit"] == "max_monthly_value"
    assert "(and 3 without a known price)" in refusal["message"]
