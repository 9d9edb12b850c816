"""No workloads were found (R42): then nothing says which images are in use, and none of them is deleted.

A registry whose users run elsewhere looks as if nothing in it was used. The policy file has to say that this is so.
"""

from collections.abc import Iterable

from janitor.kinds.repository import DOCKER
from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind
from janitor.model.resources import Mode, Repository
from janitor.policy.packages import kinds_asked
from janitor.policy.repositories import may_match
from janitor.policy.workload_rules import Context


def no_workloads_seen(context: Context, workloads: Workloads, repositories: Iterable[Repository]) -> bool:
    """Whether images would be judged without any workload, holder or reference file; False where no policy asks
    for what docker repositories hold, and where the policy file says that there are none."""
    policies = context.policies
    if any(workloads.all()) or policies.protect.references or policies.scope.no_workloads:
        return False
    return any(_asks(context, each) for each in repositories)


def _asks(context: Context, repository: Repository) -> bool:
    if repository.format != DOCKER or repository.mode is not Mode.STANDARD:
        return False
    if not context.in_scope(repository.name):
        return False
    asked = kinds_asked(context.policies, repository, context.wanted)
    images = context.wanted is Kind.IMAGE or bool(context.policies.of(Kind.IMAGE))
    return images or bool(asked) or may_match(context, repository)
