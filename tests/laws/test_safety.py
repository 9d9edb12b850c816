"""Laws of what is never deleted: in use, out of scope, behind a gap, protected (R1, R4, R11, R12, R15, R24)."""

import fnmatch
from collections.abc import Mapping

from hypothesis import given

from janitor.model.inventory import Gap
from janitor.model.kinds import Kind, Status
from janitor.model.names import RepositoryName, ResourceName
from janitor.policy.conditions.state import StatusIs
from janitor.policy.conditions.ttl import TtlExpired
from tests.laws.deciding import (
    CONTAINERS,
    destroyed,
    held_in,
    images_in,
    packages_in,
    plan_of,
)
from tests.laws.places import DELETABLE
from tests.laws.trying import law
from tests.laws.use import Known, in_use, tag_users, tags_in_use, users
from tests.laws.worlds import World, worlds


def known_images(world: World) -> dict[str, Known]:
    return {
        name.version(i.package, i.digest): (name, i.package, i.digest)
        for name in world.contents
        for i in images_in(world, name)
    }


@law
@given(worlds())
def test_nothing_in_use_is_deleted(world: World) -> None:
    gone = destroyed(world, plan_of(world))
    used = in_use(world, gone)
    assert not [name for name, known in known_images(world).items() if name in gone and known in used]
    assert gone.keys().isdisjoint(tags_in_use(world, gone))


@law
@given(worlds())
def test_what_a_deletion_frees_waits_for_it(world: World) -> None:
    plan = plan_of(world)
    gone = destroyed(world, plan)
    holders = {action.name for action in plan.actions if action.kind in CONTAINERS}
    images = known_images(world)
    for action in plan.actions:
        held = [images[action.name]] if action.kind is Kind.IMAGE else []
        if action.kind in (Kind.REPOSITORY, Kind.PACKAGE):
            held = [known for name, known in images.items() if name.startswith(f"{action.name}/")]
        found = {user for known in held for user in users(world, gone, known)}
        if action.kind is Kind.TAG:
            found = tag_users(world, gone, action.name)
        for user in found:
            holder = user.partition("/revisions/")[0].partition("/executions/")[0]
            assert (holder if holder in holders else user) in action.after


@law
@given(worlds())
def test_nothing_out_of_scope_is_deleted(world: World) -> None:
    locations = world.policies.scope.locations
    for action in plan_of(world).actions:
        name = ResourceName.parse(action.name)
        assert name.project in DELETABLE
        assert locations is None or name.location in locations


@law
@given(worlds(gaps=True))
def test_a_gap_deletes_nothing_that_needs_what_it_hides(world: World) -> None:
    plan = plan_of(world)
    hidden = [str(name) for name, found in world.contents.items() if isinstance(found, Gap)]
    formats = {str(repository.name): repository.format for repository in world.repositories}
    inside = [gap for gap in plan.gaps if gap.repository]
    hidden += [str(RepositoryName(gap.project, gap.location, gap.repository or "")) for gap in inside]
    for action in plan.actions:
        name = ResourceName.parse(action.name)
        if not action.kind.is_run:
            if formats[action.name.partition("/packages/")[0]] == "DOCKER":
                assert all(gap.repository for gap in world.gaps)
            assert not any(action.name == each or action.name.startswith(f"{each}/") for each in hidden)
        else:
            places = {(gap.project, gap.location) for gap in world.gaps if gap.kind.is_run}
            assert not {(name.project, name.location), (name.project, "-")} & places


@law
@given(worlds())
def test_what_serves_or_is_protected_or_is_janitor_itself_stays(world: World) -> None:
    plan = plan_of(world)
    protect = world.policies.protect
    policies = {policy.name: policy for policy in world.policies.policies}
    services = {str(service.name): service for service in world.workloads.of(Kind.SERVICE)}
    for action in plan.actions:
        service = services.get(action.name.partition("/revisions/")[0])
        if service is None:
            continue
        assert service.name.short not in world.own
        assert not any(fnmatch.fnmatchcase(service.name.short, glob) for glob in protect.names)
        assert service.labels.keys().isdisjoint({*protect.labels, "janitor"})
        assert not service.reconciling
        if action.kind is Kind.SERVICE and service.traffic:
            parts = policies[action.policy].when.parts
            assert any(isinstance(part, StatusIs) and Status.SERVING in part.values for part in parts)
        if action.kind is Kind.REVISION:
            short = action.name.rpartition("/")[2]
            assert short != service.latest_created_revision
            assert all(entry.revision != short for entry in service.traffic)


@law
@given(worlds())
def test_no_traffic_tag_that_has_traffic_is_removed_and_no_revision_goes_with_its_tag(world: World) -> None:
    """R50."""
    plan = plan_of(world)
    gone = destroyed(world, plan)
    for action in plan.actions:
        if action.kind is not Kind.TRAFFIC_TAG:
            continue
        name = ResourceName.parse(action.name)
        service = next(each for each in world.workloads.of(Kind.SERVICE) if each.name == name.parent)
        entries = [each for each in (*service.requested, *service.traffic) if each.tag == name.short]
        assert {(each.percent, each.latest) for each in entries} == {(0, False)}
        assert {f"{service.name}/revisions/{each.revision}" for each in entries}.isdisjoint(gone)


@law
@given(worlds())
def test_nothing_that_runs_or_was_the_last_to_run_goes_and_no_job_that_is_protected_or_janitors_own(
    world: World,
) -> None:
    gone = destroyed(world, plan_of(world))
    protect = world.policies.protect
    for job in world.workloads.of(Kind.JOB):
        runs = [each for each in world.workloads.of(Kind.EXECUTION) if each.name.parent == job.name]
        held = [str(each.name) for each in runs]
        if not job.labels.keys().isdisjoint({*protect.labels, "janitor"}) or job.name.short in world.own:
            assert gone.keys().isdisjoint({str(job.name), *held})
        if any(each.completion_time is None for each in runs) or (job.last and not job.last.ended):
            assert str(job.name) not in gone
        if str(job.name) in gone:
            assert not job.reconciling
            continue
        for run in runs:
            assert run.completion_time is not None or str(run.name) not in gone
        if runs:
            newest = max(each.create_time for each in runs if each.create_time)
            assert any(str(each.name) not in gone for each in runs if each.create_time == newest)
        if job.last:
            assert f"{job.name}/executions/{job.last.name}" not in gone


@law
@given(worlds())
def test_no_worker_pool_goes_that_has_instances_or_may_or_is_protected_or_janitors_own(world: World) -> None:
    gone = destroyed(world, plan_of(world))
    protect = world.policies.protect
    for pool in world.workloads.of(Kind.WORKER_POOL):
        if str(pool.name) in gone:
            assert pool.instances == 0
            assert not pool.reconciling
            assert pool.labels.keys().isdisjoint(protect.labels)
            assert pool.name.short not in world.own
            assert not any(fnmatch.fnmatchcase(pool.name.short, glob) for glob in protect.names)


@law
@given(worlds())
def test_a_service_that_stays_keeps_a_revision(world: World) -> None:
    gone = destroyed(world, plan_of(world))
    for service in world.workloads.of(Kind.SERVICE):
        revisions = [r for r in world.workloads.of(Kind.REVISION) if r.name.parent == service.name]
        if revisions and str(service.name) not in gone:
            assert any(str(revision.name) not in gone for revision in revisions)


@law
@given(worlds())
def test_protected_tags_packages_and_repositories_stay(world: World) -> None:
    gone = destroyed(world, plan_of(world))
    protect = world.policies.protect
    repositories = {each.name: each for each in world.repositories}
    for name in map(str, repositories):
        repository = repositories[RepositoryName.parse(name)]
        covered = bool(repository.labels.keys() & {*protect.labels, "janitor"}) or any(
            fnmatch.fnmatchcase(repository.name.repository, glob) for glob in protect.names
        )
        assert not (covered and name in gone)
        for image in images_in(world, repository.name):
            named = any(fnmatch.fnmatchcase(image.package, glob) for glob in protect.names)
            tagged = any(fnmatch.fnmatchcase(tag, glob) for tag in image.tags for glob in protect.tags)
            if covered or named or tagged:
                assert repository.name.version(image.package, image.digest) not in gone
        for package in packages_in(world, repository.name):
            named = any(fnmatch.fnmatchcase(package.short, glob) for glob in protect.names)
            versions = [f"{package.name}/versions/{version.id}" for version in package.versions]
            if covered or named:
                assert gone.keys().isdisjoint({package.name, *versions})
        for tag in held_in(world, repository.name)[Kind.TAG]:
            short = tag.rpartition("/")[2]
            if covered or any(fnmatch.fnmatchcase(short, glob) for glob in protect.tags):
                assert tag not in gone


@law
@given(worlds())
def test_nothing_expires_without_a_label_that_can_be_read(world: World) -> None:
    """Where `ttl` is a key of `when` itself. The labels of an image are those of its repository, the labels of a
    traffic tag those of its service."""
    asking = {p.name for p in world.policies.policies if any(isinstance(x, TtlExpired) for x in p.when.parts)}
    load = world.workloads
    labels: dict[str, Mapping[str, str]] = {
        str(each.name): each.labels
        for each in (
            *load.of(Kind.SERVICE),
            *load.of(Kind.REVISION),
            *load.of(Kind.JOB),
            *load.of(Kind.EXECUTION),
            *load.of(Kind.WORKER_POOL),
            *world.repositories,
        )
    }
    for action in plan_of(world).actions:
        if action.policy in asking:
            labelled = action.name.partition("/packages/")[0].partition("/tags/")[0]
            said = labels[labelled].items()
            assert said & {("janitor-ttl", "7d"), ("janitor-expires", "2026-11-01")}
