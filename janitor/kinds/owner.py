"""The owner of a resource in reports: the team that its labels name."""

from collections.abc import Mapping

LABELS = ("owner", "team")


def owner_of(labels: Mapping[str, str], creator: str = "") -> str:
    """Label `owner`, else `team`, else the creator where one is given; "" is unowned.

    A creator is a person's address: it is only given where the policy file asks for it.
    """
    return next((labels[label] for label in LABELS if labels.get(label)), creator)
