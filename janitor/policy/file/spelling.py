"""How each value of the policy file is spelled: what YAML gave, checked or read. Pure.

Each function takes whatever stood there. It raises ValueError for a wrong spelling, with the way out;
what is of another type altogether it hands on, for the model to refuse.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from janitor.model.text import show
from janitor.policy.conditions.values import duration, listed, measure
from janitor.policy.file.cron import parse_cron
from janitor.policy.model import Cron

# Patterns that the JSON Schema shows as they stand (field_types.py).
PROJECT = r"(?:[a-z0-9][a-z0-9.-]*\.[a-z]+:)?[a-z](?:[a-z0-9-]{0,28}[a-z0-9])?"
# The same with * and ? anywhere.
PROJECT_GLOB = r"(?:[a-z0-9*?][a-z0-9.*?-]*:)?[a-z*?](?:[a-z0-9*?-]{0,28}[a-z0-9*?])?"
NUMBER = r"[1-9][0-9]{0,19}"
LOCATION = r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
POLICY_NAME = r"[a-z0-9][a-z0-9-]{0,62}"
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,9})?) *%", re.ASCII)
_MONEY = re.compile(r"(\d{1,12}(?:\.\d{1,9})?) *USD", re.ASCII)
_LONGEST_JITTER = timedelta(days=1)


def jitter(value: object) -> timedelta:
    """``5m``; under a day, for the next run comes in its turn."""
    found = duration(value)
    if found >= _LONGEST_JITTER:
        raise ValueError(f"{value!r} is too long: a run may start at most 23h after its time")
    return found


def cron(value: object) -> Cron:
    """``0 3 * * *``."""
    if not isinstance(value, str):
        raise ValueError('this must be a cron expression in quotes, such as "0 3 * * *"')
    return parse_cron(value)


def share(value: object) -> Decimal:
    """``50%`` as 0.5."""
    text = measure(value, "a percentage such as 50%")
    found = _SHARE.fullmatch(text)
    if not found or Decimal(found[1]) > 100:
        raise ValueError(f"{text!r} is not a share: write a percentage from 0% to 100%, such as 50%")
    return Decimal(found[1]) / 100


def money(value: object) -> Decimal:
    """``500 USD``."""
    text = measure(value, "dollars a month such as 500 USD")
    found = _MONEY.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not an amount: write dollars a month, such as 500 USD")
    return Decimal(found[1])


def version(value: object) -> object:
    """The grammar's version; there is one."""
    if type(value) is not int or value != 1:
        raise ValueError("this janitor reads version 1 of the policy file: write `version: 1`")
    return value


def project(value: object) -> object:
    """A project's ID, domain-scoped ones too (Resource Manager: 6 to 30 of a-z, 0-9 and -; shorter
    ones are let through, for Google to refuse)."""
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(f"{value} is a project's number: write its ID, such as my-project")
    return _matching(PROJECT, "a project ID: write one such as my-project or example.com:my-project")(value)


def project_glob(value: object) -> object:
    """A project's ID, or a glob of such IDs."""
    if not isinstance(value, str) or not set(value) & set("*?"):
        return project(value)
    return _matching(PROJECT_GLOB, 'a glob of project IDs: write one such as "shop-*"')(value)


def project_or_number(value: object) -> object:
    """A project's ID, or its number in quotes: of a project that nobody may see only the number is known."""
    if isinstance(value, str) and re.fullmatch(NUMBER, value):
        return value
    return project(value)


def number(value: object) -> object:
    """The number of an organization or a folder, in quotes."""
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(f'{value} must be in quotes: write "{value}"')
    return _matching(NUMBER, 'the number of an organization or a folder: write one such as "123456789012"')(
        value
    )


def locations(value: object) -> object:
    """``all`` as None, or a list."""
    if isinstance(value, str) and value != "all":
        raise ValueError(f"{show(value)} is neither `all` nor a list: write `all` or [{show(value)[1:-1]}]")
    return None if value == "all" else listed(value)


def location(value: object) -> object:
    """One of Google's locations, by its spelling alone."""
    if value == "all":
        raise ValueError("`all` is not allowed in a list: write `locations: all`")
    return _matching(LOCATION, "a location: write one such as europe-west1; for all write `locations: all`")(
        value
    )


def policy_name(value: object) -> object:
    """a-z, 0-9 and -."""
    return _matching(POLICY_NAME, "a policy's name: a-z, 0-9 and -, not - first, at most 63 characters")(
        value
    )


def _matching(pattern: str, rule: str) -> Callable[[object], object]:
    def check(value: object) -> object:
        if isinstance(value, str) and not re.fullmatch(pattern, value):
            raise ValueError(f"{show(value)} is not {rule}")
        return value

    return check
