"""The world that all tests stand on says what it promises."""

import pytest

from tests.support.factories import make_personas

pytestmark = pytest.mark.django_db


def test_the_personas_differ_in_what_they_see():
    who = make_personas()
    assert who.root_admin.is_root_admin
    assert who.domain_admin.sees_subtree
    assert who.domain_admin.domain_path == who.domain.path
    assert who.other_domain_admin.domain_path == who.other_domain.path
    assert who.user.domain_id == who.neighbour.domain_id
    assert who.user.owner != who.neighbour.owner


def test_a_read_only_admin_may_read_and_not_write():
    who = make_personas()
    assert who.read_only_admin.may("account.read")
    assert not who.read_only_admin.may("account.create")


def test_the_foundation_may_be_laid_again(foundation):
    from tenants.services.foundation import ensure_foundation

    assert ensure_foundation() == foundation
