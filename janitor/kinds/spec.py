"""Kind specification: what a kind of resource declares of itself, as data."""

from dataclasses import dataclass

from janitor.model.kinds import Kind


@dataclass(frozen=True, slots=True)
class KindSpec:
    """One kind of resource that policies can delete.

    `collection` is its collection in Google's resource names, `parent` the kind whose name its own name begins
    with. `description` and `ages_from` are the texts of docs/kinds.md. `delete_role` is the predefined role that
    allows the delete. `listed_by` is the kind whose listing shows it, if not its own. `batch` is how many of one parent
    one call deletes. `free` says why it costs nothing, "" where it may cost something. `named_by` are the keys that name
    one whose holder another Google product manages (R14). `noun` is what people call it, if not the wire name.
    """

    kind: Kind
    collection: str
    description: str
    ages_from: str
    read_permissions: tuple[str, ...]
    delete_permissions: tuple[str, ...]
    delete_role: str
    parent: Kind | None = None
    listed_by: Kind | None = None
    batch: int = 1
    free: str = ""
    named_by: tuple[str, ...] = ("name",)
    noun: str = ""

    def parent_name(self, name: str) -> str:
        """Google's name of what holds the resource of this name."""
        return name.rpartition(f"/{self.collection}/")[0]
