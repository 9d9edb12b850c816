"""Causes of failures in short: why a workload failed or was not deleted, in Google's code and one sentence."""

import re

from janitor.kinds.table import KINDS
from janitor.model.kinds import Status
from janitor.plan.plan import Action

_CODE = re.compile(r"([A-Z][A-Z_]+)(?:: |$)")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_NOT_TELLING = re.compile(r"Revision '[^']*' is not ready and cannot serve traffic")
# What is said of these behind their age is why they failed, in Google's words.
_FAIL = frozenset(kind for kind, spec in KINDS.items() if Status.FAILED in spec.policies.statuses)


def error_in_short(why: str) -> tuple[str, str]:
    """Google's code and the sentence that says what is wrong: the first that does not only name the revision.

    Either is "" where it is not there.
    """
    found = _CODE.match(why)
    code = found[1] if found else ""
    text = why[found.end() :] if found else why
    sentences = [each.strip() for each in _SENTENCE_END.split(text.strip()) if each.strip()]
    telling = [each for each in sentences if not _NOT_TELLING.fullmatch(each.rstrip("."))]
    return code, (telling or sentences or [""])[0]


def cause_in_short(error: str) -> str:
    """``HEALTH_CHECK_CONTAINER_ERROR: The container failed to start``: the same in one line, without a full stop."""
    return ": ".join(filter(None, error_in_short(error))).rstrip(".")


def why_failed(action: Action) -> str:
    """Why a workload failed, in Google's words; "" where nothing is said."""
    return facts_and_failure(action)[1]


def facts_and_failure(action: Action) -> tuple[list[str], str]:
    """The facts of an action's detail, and the failure that it ends with."""
    first, _, rest = action.detail.partition("; ")
    if action.kind in _FAIL:
        return [first], rest
    return [first, *rest.split("; ")], ""
