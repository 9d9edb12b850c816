"""What stands beside every figure."""

from janitor.policy.deciding.unmatched import UnmatchedPolicy
from janitor.report.data.notices import notices
from tests.making import NOW


def lines(**changed: object) -> tuple[str, ...]:
    """Those of an ordinary recorded sweep, but for what is changed."""
    facts: dict[str, object] = {
        "projects": ("shop", "shop-dev"),
        "reference_files": (),
        "price_note": "prices: Cloud Billing catalog, 2026-11-24",
        "recorded": True,
        "throwaway_disk": False,
        "shipped_policies": False,
    }
    return notices(**(facts | changed))  # type: ignore[arg-type]


def test_every_sweep_says_what_in_use_means_where_prices_are_from_and_what_dollars_leave_out() -> None:
    use, prices, money = lines()
    assert use == '"in use" means: used by Cloud Run in projects shop, shop-dev'
    assert prices == "prices: Cloud Billing catalog, 2026-11-24"
    for left_out in ("before discounts and free tier", "≤ is an upper bound", "usage cost not included"):
        assert left_out in money


def test_one_project_is_not_called_projects() -> None:
    assert '"in use" means: used by Cloud Run in project shop' in lines(projects=("shop",))


def test_files_of_references_from_elsewhere_are_named() -> None:
    assert lines(reference_files=("gke.txt", "vms.txt"))[0].endswith(
        ", and the references in gke.txt, vms.txt"
    )


def test_a_note_of_fallback_prices_stands_as_it_is() -> None:
    assert "prices: FALLBACK table" in lines(price_note="prices: FALLBACK table")


def test_a_dry_run_that_is_in_no_ledger_says_so() -> None:
    assert any("not recorded" in line for line in lines(recorded=False))
    assert not any("not recorded" in line for line in lines())


def test_a_ledger_that_cloud_run_discards_is_the_first_thing_said_with_the_way_out() -> None:
    first = lines(throwaway_disk=True, recorded=False, shipped_policies=True)[0]
    assert "discards" in first
    assert "JANITOR_DATABASE_URL" in first


def test_the_shipped_default_is_said_with_the_command_that_writes_it() -> None:
    told = [line for line in lines(shipped_policies=True) if "shipped default" in line]
    assert len(told) == 1
    assert "janitor init" in told[0]
    assert not any("shipped default" in line for line in lines())


def test_each_notice_is_one_line_and_none_is_said_twice() -> None:
    every = lines(throwaway_disk=True, recorded=False, shipped_policies=True, reference_files=("a",))
    assert len(every) == len(set(every)) == 6
    assert not any("\n" in line for line in every)


def test_of_policies_that_matched_nothing_those_are_doubted_whose_names_no_resource_ever_had() -> None:
    unmatched = tuple(UnmatchedPolicy(name, name == "known") for name in ("known", "odd", "before"))
    told = [line for line in lines(unmatched=unmatched, matched_before={"before": NOW}) if "matched" in line]
    assert told == [
        "policy odd matched no resources, and no resource has the names in it: check the spelling",
        f"policies known, before matched no resources (before last matched on {NOW:%Y-%m-%d})",
    ]
