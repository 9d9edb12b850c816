"""Metering: what stored images, versions, packages and repositories cost a month. Pure arithmetic on a price book."""

from decimal import Decimal, localcontext
from functools import lru_cache

from janitor.cost.book import Metered, PriceBook
from janitor.model.amounts import Estimate, Priced, Unpriced

MONTH_HOURS = 730
MONTH_SECONDS = MONTH_HOURS * 3600
GIB = 2**30
_ZERO = Decimal(0)
_DIGITS = 60
AN_INDEX = Priced(
    _ZERO, "an index stores nothing by itself: the images that it holds are counted on their own"
)


def estimate_image(size_bytes: int, location: str, book: PriceBook) -> Estimate:
    """Storage of one image: at most this, as its layers may be other images' too (R25)."""
    if size_bytes <= 0:
        return Unpriced("Google gave no size")
    price = book.price(Metered.STORAGE, location)
    if price is None:
        return no_price(Metered.STORAGE, location)
    return Priced(stored(size_bytes, price), _image_basis(price), upper_bound=True)


def estimate_repository(size_bytes: int, location: str, book: PriceBook) -> Estimate:
    """Storage of a whole repository, by the size that Google bills (R25)."""
    if size_bytes == 0:
        return Priced(_ZERO, "Google bills 0 bytes of it")
    price = book.price(Metered.STORAGE, location)
    if price is None:
        return no_price(Metered.STORAGE, location)
    basis = f"billed size at ${price:f} a GiB-month; the free 0.5 GiB is not subtracted"
    return Priced(stored(size_bytes, price), basis)


def stored(size_bytes: int, price: Decimal) -> Decimal:
    """Dollars a month of so many bytes at a price a GiB. Exact: 2^30 divides a decimal in at most 30 places."""
    with localcontext(prec=_DIGITS):
        return size_bytes * price / GIB


@lru_cache(maxsize=64)
def _image_basis(price: Decimal) -> str:
    return (
        f"image size at ${price:f} a GiB-month; at most, as layers may be shared; "
        "the free 0.5 GiB is not subtracted"
    )


def no_price(item: Metered, region: str) -> Unpriced:
    """Neither the catalogue nor the dated table has it there."""
    return Unpriced(f"no price of {item.value} is known in {region}")


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
