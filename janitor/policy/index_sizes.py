"""The size of an index (R41): that of the images that it alone holds, for these are deleted with it."""

from collections import Counter
from collections.abc import Iterable, Mapping

from janitor.model.resources import Image

Sizes = Mapping[tuple[str, str], int | None]


def index_sizes(images: Iterable[Image]) -> Sizes:
    """Package and digest of each index -> bytes, None where that of any such child is not known. An index of which
    a child is not there has the size that Google reports."""
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
        for image in group:
            if image.children:
                found[package, image.digest] = _size(image, by_digest, holders, frozenset())
    return found


def _size(
    image: Image, images: Mapping[str, Image], holders: Mapping[str, int], above: frozenset[str]
) -> int | None:
    """`above` are the indexes on the way here: a hostile index may hold itself."""
    children = set(image.children) - {image.digest}
    if not children or not images.keys() >= children or image.digest in above:
        return image.size_bytes if image.size_bytes > 0 else None
    alone = [images[child] for child in children if holders[child] == 1 and not images[child].tags]
    sizes = [_size(child, images, holders, above | {image.digest}) for child in alone]
    return None if None in sizes else sum(size for size in sizes if size is not None)
