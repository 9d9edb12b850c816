"""`labels_regex` and `annotations_regex`: regular expressions that the values of labels are of."""

from collections.abc import Mapping
from dataclasses import dataclass

from janitor.policy.patterns import found_in


@dataclass(frozen=True, slots=True)
class LabelsRegex:
    """`labels_regex`: it has all of these labels, and in each one's value the expression (RE2's) is found."""

    expressions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AnnotationsRegex:
    """`annotations_regex`: likewise of annotations."""

    expressions: Mapping[str, str]


def all_found(expressions: Mapping[str, str], texts: Mapping[str, str]) -> bool:
    """Whether each of these names is there, and its expression found in its text."""
    return all(name in texts and found_in(each)(texts[name]) for name, each in expressions.items())
