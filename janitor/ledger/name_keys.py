"""Name keys: sixteen bytes for the kind and name of a resource, by which the ledger finds its deletions."""

from hashlib import blake2b

from janitor.model.kinds import Kind

KEY_BYTES = 16
# An image's key is made of its package and its digest, which is a hash already: a sweep may see a million of them.
_PACKAGE_BYTES, _DIGEST_BYTES = 6, 10


def name_key(kind: str, name: str) -> bytes:
    """The key of a resource by Google's full name; two resources never have the same, as with any such hash."""
    package, is_image, digest = name.rpartition("/versions/")
    if kind == Kind.IMAGE and is_image:
        return image_key(package_key(package), digest)
    return _hashed(f"{kind}\0{name}", KEY_BYTES)


def package_key(package: str) -> bytes:
    """The part of a key that all images of a package have; `package` is Google's full name."""
    return _hashed(package, _PACKAGE_BYTES)


def image_key(package: bytes, digest: str) -> bytes:
    """The key of an image by its `package_key` and its digest."""
    try:
        found = bytes.fromhex(digest[-2 * _DIGEST_BYTES :])
    except ValueError:
        found = b""
    return package + (found if len(found) == _DIGEST_BYTES else _hashed(digest, _DIGEST_BYTES))


def _hashed(text: str, size: int) -> bytes:
    return blake2b(text.encode("utf-8", "replace"), digest_size=size).digest()
