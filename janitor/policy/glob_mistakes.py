"""What is wrong with a glob of the policy file, with the way out: what it says would match nothing, or else."""

import re

from janitor.model.text import show

# No name, location, tag or e-mail address holds any of these: a shell's or a regular expression's spelling.
_FOREIGN = re.compile(r"[\\{}|^$]")


def name_glob_mistake(glob: str) -> str | None:
    """What is wrong with a glob of names, locations, repositories, tags or creators."""
    if wrong := value_glob_mistake(glob):
        return wrong
    if glob.startswith("!"):
        return f"{show(glob)}: a glob cannot be negated by a ! before it: list what it should match"
    if found := _FOREIGN.search(re.sub(r"\[[^]]*\]", "", glob)):
        return (
            f"{show(glob)} is no glob, for {found[0]} has no meaning in one: write *, ? and [a-z], "
            "and several globs as a list"
        )
    return None


def value_glob_mistake(glob: str) -> str | None:
    """What is wrong with a glob of labels' or annotations' values, which may hold any character."""
    place = 0
    while (place := glob.find("[", place)) >= 0:
        end = _end(glob, place)
        if end < 0:
            return (
                f"{show(glob)} has a [ that no ] closes: write a class such as [0-9], or [[] for a [ itself"
            )
        if wrong := _class_mistake(glob[place + 1 : end]):
            return f"{show(glob)}: {wrong}"
        place = end + 1
    return None


def _end(glob: str, place: int) -> int:
    """Where the class that begins at a [ ends, -1 where it does not; a ] that comes first is one of the class."""
    begin = place + 1
    if glob[begin : begin + 1] == "!":
        begin += 1
    return glob.find("]", begin + 1)


def _class_mistake(inside: str) -> str | None:
    if inside.startswith("^"):
        return f"a glob negates by !: write [!{inside[1:]}]"
    if inside.startswith("[:"):
        return "a glob has no named classes: write their characters, such as [0-9] or [a-z]"
    chars = inside.removeprefix("!")
    for first, last in re.findall(r"(?=([^-])-([^]-]))", chars):
        if first > last:
            return f"the range {first}-{last} runs backwards, and holds nothing: write {last}-{first}"
    return None
