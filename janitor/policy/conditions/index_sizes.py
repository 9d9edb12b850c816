"""The size of an index (R41): that of the images that it alone holds.

`larger_than` leaves out those with a tag, for they do not go with their index: so it deletes less. `largest` counts
them, for they take no place of their own (R36).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Set

from janitor.model.resources import Image

Sizes = Mapping[tuple[str, str], int | None]


def index_sizes(images: Iterable[Image], with_tagged: bool = False) -> Sizes:
    """Package and digest of each index -> bytes, None where that of any such child is not known. An index of which
    a child is not there has the size that Google reports. `with_tagged`: children with a tag count too."""
    found: dict[tuple[str, str], int | None] = {}
    packages: dict[str, list[Image]] = {}
    known = list(images)
    with_indexes = {image.package for image in known if image.children}
    for image in known:
        if image.package in with_indexes:
            packages.setdefault(image.package, []).append(image)
    for package, group in packages.items():
        by_digest = {image.digest: image for image in group}
        holders = Counter(child for image in group for child in set(image.children))
        alone = {
            child
            for child, count in holders.items()
            if count == 1 and child in by_digest and (with_tagged or not by_digest[child].tags)
        }
        for image in group:
            if image.children:
                found[package, image.digest] = _size(image, by_digest, alone, frozenset())
    return found


def _size(image: Image, images: Mapping[str, Image], alone: Set[str], above: frozenset[str]) -> int | None:
    """`alone` are the children that count with their index, `above` the indexes on the way here: a hostile index may
    hold itself."""
    children = set(image.children) - {image.digest}
    if not children or not children.issubset(images) or image.digest in above:
        return image.size_bytes if image.size_bytes > 0 else None
    sizes = [_size(images[child], images, alone, above | {image.digest}) for child in children & alone]
    return None if None in sizes else sum(size for size in sizes if size is not None)
