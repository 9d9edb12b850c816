"""`defaults`: what each policy of a file inherits, put into the file's tree before anything reads it.

Inherited entries keep their places, so a mistake in one is told where it was written.
"""

from collections.abc import Iterator, Mapping

from janitor.policy.conditions.key import Path
from janitor.policy.conditions.table import INHERITED
from janitor.policy.conditions.tags import Tagged
from janitor.policy.file.concepts import KindKeys
from janitor.policy.file.mistakes import Grammar
from janitor.policy.file.source import MappingNode, Node, ScalarNode, SequenceNode


def with_defaults(root: MappingNode, grammar: Grammar) -> MappingNode:
    """The tree in which each policy says what it inherits, too.

    `grace`, and key by key `when` and `keep`: a policy's own key wins, and one that its kind does not have
    is not inherited. A policy with neither inherits nothing, because it does not say what to delete. One
    with `deletes: false` and without `keep` inherits nothing either: more conditions, or a
    `keep`, would make it keep less than it says.
    """
    defaults, policies = _at(root, "defaults"), _at(root, "policies")
    if not isinstance(defaults, MappingNode) or not isinstance(policies, SequenceNode):
        return root
    items = tuple(_inheriting(item, defaults, grammar) for item in policies.items)
    whole = root.entries | {"policies": (root.entries["policies"][0], SequenceNode(policies.at, items))}
    return MappingNode(root.at, whole)


def idle_defaults(root: MappingNode, grammar: Grammar) -> Iterator[tuple[Path, str]]:
    """Each default that no policy's kind has: it would do nothing."""
    policies = _at(root, "policies")
    kinds = [_at(each, "kind") for each in policies.items] if isinstance(policies, SequenceNode) else []
    known = [
        grammar.kinds[each.text]
        for each in kinds
        if isinstance(each, ScalarNode) and each.text in grammar.kinds
    ]
    for section in ("when", "keep"):
        said = _at(_at(root, "defaults"), section)
        for key in said.entries if isinstance(said, MappingNode) else ():
            if key in grammar.sections[f"defaults.{section}"] and not any(
                key in getattr(k, section) for k in known
            ):
                yield (
                    ("defaults", section, key),
                    f"no policy of this file is of a kind with {key} in {section}: remove it",
                )


def _inheriting(policy: Node, defaults: MappingNode, grammar: Grammar) -> Node:
    kind = _at(policy, "kind")
    if not isinstance(kind, ScalarNode) or kind.text not in grammar.kinds:
        return policy
    if not isinstance(policy, MappingNode) or not {"when", "keep"} & policy.entries.keys():
        return policy
    if _only_keeps(policy) and "keep" not in policy.entries:
        return policy
    grace = () if _only_keeps(policy) else ("grace",)
    entries = {key: entry for key, entry in defaults.entries.items() if key in grace} | policy.entries
    void = frozenset(_void(policy, kind.text))
    for section, allowed in _sections(grammar.kinds[kind.text], grammar):
        own, inherited = entries.get(section), defaults.entries.get(section)
        if inherited is None or not isinstance(inherited[1], MappingNode):
            continue
        added = {key: entry for key, entry in inherited[1].entries.items() if key in allowed - void}
        if own is None and added:
            entries[section] = (inherited[0], MappingNode(inherited[1].at, added))
        elif own is not None and isinstance(own[1], MappingNode):
            entries[section] = (own[0], MappingNode(own[1].at, added | own[1].entries))
    return MappingNode(policy.at, entries)


def _void(policy: MappingNode, kind: str) -> Iterator[str]:
    """What the kind refuses, and what could hold nothing where a policy says `tagged: false` itself."""
    untagged = _says_untagged(policy)
    for key in INHERITED:
        if any(each.value == kind for each in key.refused) or (untagged and (key.needs_tag or key is Tagged)):
            yield key.name


def _only_keeps(policy: MappingNode) -> bool:
    deletes = _at(policy, "deletes")
    return isinstance(deletes, ScalarNode) and deletes.value is False


def _says_untagged(policy: MappingNode) -> bool:
    tagged = _at(_at(policy, "when"), Tagged.name)
    return isinstance(tagged, ScalarNode) and tagged.value is False


def _sections(keys: KindKeys, grammar: Grammar) -> tuple[tuple[str, frozenset[str]], ...]:
    """What may be inherited by a kind: what `defaults` may say, as far as the kind has it."""
    may: Mapping[str, tuple[str, ...]] = grammar.sections
    return (
        ("when", frozenset(keys.when) & frozenset(may["defaults.when"])),
        ("keep", frozenset(keys.keep) & frozenset(may["defaults.keep"])),
    )


def _at(node: Node | None, key: str) -> Node | None:
    return node.entries[key][1] if isinstance(node, MappingNode) and key in node.entries else None
