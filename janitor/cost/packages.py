"""What packages and their versions cost a month: the storage of the files that they own."""

from janitor.cost.book import Metered, PriceBook
from janitor.cost.metering import no_price, stored
from janitor.model.money import Estimate, Priced, Unpriced


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
