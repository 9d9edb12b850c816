"""The keys of `scope` that find projects: their spelling, and what must not stand together."""

import pytest

from janitor.errors import PolicyFileError
from janitor.policy.file.document import parse_policies
from janitor.policy.model import Policies, Scope

REST = "policies: [{name: a, kind: run.service, when: {status: failed}}]\n"


def parse(scope: str) -> Policies:
    return parse_policies(f"version: 1\nscope: {{{scope}}}\n{REST}".encode(), "f", lambda _: b"")


def test_reads_an_organization_with_globs() -> None:
    found = parse(
        'organization: "123", projects: ["shop-*", web], exclude: ["*-prod", "*-prod"], unread: [vault, "42"]'
    ).scope
    assert found == Scope(("shop-*", "web"), organization="123", exclude=("*-prod",), unread=("vault", "42"))
    assert found.roots == found.named == ("organizations/123",)


def test_reads_folders() -> None:
    assert parse('folders: ["4", "5"]').scope.roots == ("folders/4", "folders/5")
    assert parse("projects: [p]").scope.named == ("p",)


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ("organization: 123", 'must be in quotes: write "123"'),
        ('organization: "acme"', "is not the number of an organization or a folder"),
        ('organization: "organizations/1"', "is not the number of an organization or a folder"),
        ("folders: []", "an empty list"),
        ('organization: "1", folders: ["2"]', "folders: the organization has them all"),
        ('projects: ["shop-*"]', "is a glob: add `organization` or `folders`"),
        ("projects: [p], exclude: [q]", "exclude: it is about the projects of `organization` or `folders`"),
        ("projects: [p], unread: [q]", "unread: it is about the projects"),
        ('organization: "1", unread: ["q*"]', "is not a project ID"),
        ('organization: "1", projects: ["Shop*"]', "is not a glob of project IDs"),
        ('organization: "1", also_read: [q], unread: [q]', "unread: also_read names 'q' too"),
        ('organization: "1", projects: [q], unread: [q]', "unread: projects names 'q' too"),
        ('organisation: "1"', "did you mean"),
    ],
)
def test_says_what_is_wrong(scope: str, said: str) -> None:
    with pytest.raises(PolicyFileError, match=r"f:2:\d+") as wrong:
        parse(scope)
    assert said in str(wrong.value)
