"""Holders in words: what Cloud Asset Inventory was asked, how much it lists, and where it is off (R51)."""

from janitor.model.holders import InventoryRefusal
from janitor.policy.deciding.holders import PERMISSION, JudgedHolders
from janitor.report.data.failed_reads import some_of

OTHERS = "GKE, Compute Engine and others"
_WHY = {
    InventoryRefusal.API_DISABLED: "Cloud Asset API disabled",
    InventoryRefusal.NO_PERMISSION: f"no permission {PERMISSION}",
}


def off_line(holders: JudgedHolders) -> str:
    """What every output says before anything else: where other uses than Cloud Run's are not known, and why; "" where
    they are, or where the policy file has `holders: off`."""
    parts = []
    for refusal, why in _WHY.items():
        if projects := [each.project for each in holders.off if each.refusal is refusal]:
            parts.append(f"in {some_of(projects)}: {why}")
    return f"Only uses by Cloud Run are known {'; '.join(parts)} (docs/holders.md)" if parts else ""


def listed_in_words(holders: JudgedHolders) -> str:
    """The end of the sentence on what "in use" means: the inventory beside Cloud Run, and how fresh it is."""
    if holders.mode == "off":
        return f"; {OTHERS} protect no image, as protect.holders is off"
    read = holders.holders.read
    if not read:
        return ""
    noun = "project" if len(read) == 1 else "projects"
    return (
        f", or by one of {holders.holders.assets:,} assets that Cloud Asset Inventory lists in {noun} {some_of(read)}"
        f" ({OTHERS}; read at the start, and minutes late by itself)"
    )
