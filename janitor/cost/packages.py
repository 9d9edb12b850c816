"""What packages and their versions cost a month: the storage of the files that they own."""

from decimal import Decimal

from janitor.cost.book import Metered, PriceBook
from janitor.cost.metering import estimate_image, no_price, stored
from janitor.model.money import Estimate, Priced, Unpriced


def estimate_package(
    size_bytes: int | None, versions: int, is_docker: bool, location: str, book: PriceBook
) -> Estimate:
    """Storage of all of its versions; nothing where it has none."""
    if not versions:
        return Priced(Decimal(0), "it is empty: nothing is stored")
    if is_docker:
        return estimate_image(size_bytes or 0, location, book)
    return estimate_version(size_bytes, location, book)


def estimate_version(size_bytes: int | None, location: str, book: PriceBook) -> Estimate:
    """Storage of a version of another format than docker, by its files' sizes (file.proto).

    Whether Google stores a file twice that two versions own is not stated: an upper bound.
    """
    if not size_bytes:
        return Unpriced("Google names no files of it, so its size is not known")
    price = book.price(Metered.STORAGE, location)
    if price is None:
        return no_price(Metered.STORAGE, location)
    basis = f"its files at ${price:f} a GiB-month; at most; the free 0.5 GiB is not subtracted"
    return Priced(stored(size_bytes, price), basis, upper_bound=True)
