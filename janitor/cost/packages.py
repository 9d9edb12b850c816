"""What packages and their versions cost a month: the storage of the files that they own."""

from decimal import Decimal

from janitor.cost.book import Metered, PriceBook
from janitor.cost.metering import estimate_image, no_price, stored
from janitor.model.money import Estimate, Priced, Unpriced


def estimate_package(
    size_bytes: int | None, versions: int, unsized: int, is_docker: bool, location: str, book: PriceBook
) -> Estimate:
    """Storage of all of its versions of known size; nothing where it has none. A lower bound where the size of
    some (`unsized`) is not known."""
    if not versions:
        return Priced(Decimal(0), "it is empty: nothing is stored")
    found = (
        estimate_image(size_bytes or 0, location, book)
        if is_docker
        else estimate_version(size_bytes, location, book)
    )
    if unsized and isinstance(found, Priced):
        basis = f"lower bound: the size of {unsized} of its {versions} versions is not known; {found.basis}"
        return Priced(found.usd_month, basis)
    return found


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
