"""What each key of a condition is called in the policy file."""

import re

from janitor.policy.values import Key, TagsMatch, TtlExpired

_WORD = re.compile(r"(?<!^)(?=[A-Z])")
_OTHERWISE: dict[type[Key], str] = {TagsMatch: "tags", TtlExpired: "ttl"}


def key_name(key: type[Key]) -> str:
    """``older_than`` of OlderThan."""
    plain = key.__name__.removesuffix("Is").removesuffix("Are")
    return _OTHERWISE.get(key) or _WORD.sub("_", plain).lower()
