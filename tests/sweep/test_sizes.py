"""R41, end to end: what has no price and what is counted twice cannot pass the limits."""

from tests.sweep.conftest import Placing
from tests.sweep.sweeping import image, world

PACKAGE = """\
version: 1
scope: {projects: [p]}
limits: {max_share: 100%, max_monthly_value: 0.05 USD}
policies:
  - {name: packages, kind: artifact.package, when: {name: app, older_than: 7d}}
"""
IMAGES = """\
version: 1
scope: {projects: [p]}
limits: {max_share: 100%}
policies:
  - {name: images, kind: artifact.image, when: {older_than: 7d}}
"""
PARTS = (
    image("index", "v1", children="[a, b]", size="0"),
    image("a", size="1GB"),
    image("b", size="2GB"),
)


def test_a_package_with_an_index_without_a_size_counts_its_bytes_and_hits_the_money_limit(
    place: Placing,
) -> None:
    swept = place(world(*PARTS).replace("size: 2GB", "size: 3GB", 1)).sweep("--apply", policies=PACKAGE)
    assert swept.code == 4
    assert [refusal["limit"] for refusal in swept.document["refusals"]] == ["max_monthly_value"]
    (action,) = swept.actions
    assert action["size_bytes"] == 3 * 10**9
    assert "usd_month" in action["estimate"]


def test_each_byte_of_an_index_counts_once(place: Placing) -> None:
    swept = place(world(*PARTS).replace("size: 2GB", "size: 9GB", 1)).sweep("--dry-run", policies=IMAGES)
    assert (swept.code, len(swept.actions)) == (0, 3)
    totals = swept.document["totals"]
    assert (totals["reclaimed_bytes"], totals["unpriced"]) == (3 * 10**9, 0)


def test_more_than_max_unpriced_without_a_price_are_refused(place: Placing) -> None:
    here = place(world(*(image(f"i{n}", size="0") for n in range(21))))
    swept = here.sweep("--apply", policies=IMAGES)
    assert (swept.code, here.changes) == (4, [])
    (refusal,) = swept.document["refusals"]
    assert refusal["limit"] == "max_unpriced"
    assert "--limit max_unpriced=21" in refusal["message"]
    assert here.sweep("--apply", "--limit", "max_unpriced=21", policies=IMAGES).code == 0
