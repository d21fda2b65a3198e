"""Changing passwords: one's own with the present one, somebody else's only from above."""

import pytest
from axes.models import AccessAttempt

from cloudportal.core.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    NotPermitted,
    TooManyRequests,
)
from cloudportal.events.models import Event
from tenants.models import User
from tenants.services import passwords
from tests.support import factories
from tests.support.factories import PASSWORD, caller, make_personas
from tests.support.requests import request_from

pytestmark = pytest.mark.django_db

NEW = "another horse, other batteries"


@pytest.fixture
def user():
    return factories.make_user(username="ada", password=PASSWORD)


def has_password(user, password):
    return User.objects.get(pk=user.pk).check_password(password)


def test_whoever_knows_the_present_password_may_change_it(user):
    passwords.change_own(caller(user), PASSWORD, NEW)
    assert has_password(user, NEW)
    assert not has_password(user, PASSWORD)


def test_read_only_users_change_their_own_password_too():
    user = factories.make_user(factories.make_account(None, "Read-Only User"), password=PASSWORD)
    passwords.change_own(caller(user), PASSWORD, NEW)
    assert has_password(user, NEW)


@pytest.mark.parametrize("old", ["wrong", "", "x" * 5000])
def test_without_the_present_password_nothing_changes(user, old):
    with pytest.raises(InvalidInput) as caught:
        passwords.change_own(caller(user), old, NEW)
    assert list(caught.value.fields) == ["old_password"]
    assert has_password(user, PASSWORD)


def test_a_stolen_session_does_not_serve_to_guess_the_password(user, settings):
    settings.AXES_FAILURE_LIMIT = 2
    with pytest.raises(InvalidInput):
        passwords.change_own(caller(user), "one", NEW, request=request_from())
    for old in ("two", PASSWORD):
        with pytest.raises(TooManyRequests):
            passwords.change_own(caller(user), old, NEW, request=request_from())


def test_a_right_password_forgets_the_wrong_ones(user):
    with pytest.raises(InvalidInput):
        passwords.change_own(caller(user, address="192.0.2.1"), "wrong", NEW)
    passwords.change_own(caller(user, address="192.0.2.1"), PASSWORD, NEW)
    assert not AccessAttempt.objects.exists()


@pytest.mark.parametrize("new", ["short", "password123", "1234567890", "", "x" * 2000])
def test_weak_passwords_are_refused_with_the_reason(user, new):
    with pytest.raises(InvalidInput) as caught:
        passwords.change_own(caller(user), PASSWORD, new)
    assert caught.value.fields["new_password"][0]
    assert has_password(user, PASSWORD)


@pytest.mark.parametrize("by", ["root_admin", "domain_admin"])
def test_whoever_dominates_a_user_may_set_their_password(by):
    who = make_personas()
    target = User.objects.get(pk=who.user.user_id)
    passwords.reset(getattr(who, by), target, NEW)
    assert has_password(target, NEW)


@pytest.mark.parametrize("by", ["read_only_admin", "other_domain_admin", "neighbour"])
def test_nobody_else_sets_it(by):
    who = make_personas()
    target = User.objects.get(pk=who.user.user_id)
    with pytest.raises((NotFound, NotPermitted)):
        passwords.reset(getattr(who, by), target, NEW)
    assert not has_password(target, NEW)


def test_a_domain_admin_of_root_does_not_set_the_root_admins_password():
    root = factories.make_root_admin()
    climber = factories.make_caller(factories.foundation(), "Domain Admin")
    with pytest.raises(NotPermitted):
        passwords.reset(climber, root, NEW)


def test_the_own_password_is_changed_with_the_present_one_only():
    root = factories.make_root_admin(password=PASSWORD)
    with pytest.raises(NotPermitted, match="present one"):
        passwords.reset(caller(root), root, NEW)


def test_weak_passwords_are_refused_when_set_too(user):
    with pytest.raises(InvalidInput) as caught:
        passwords.reset(caller(factories.make_root_admin()), user, "short")
    assert list(caught.value.fields) == ["password"]


def test_a_password_in_a_directory_is_not_changed_here():
    user = factories.make_user(source="directory")
    with pytest.raises(Conflict, match="directory"):
        passwords.change_own(caller(user), PASSWORD, NEW)
    with pytest.raises(Conflict, match="directory"):
        passwords.reset(caller(factories.make_root_admin()), user, NEW)


def test_a_token_changes_no_password(user):
    root = caller(factories.make_root_admin(), credential="token")
    with pytest.raises(NotPermitted):
        passwords.reset(root, user, NEW)
    with pytest.raises(NotPermitted):
        passwords.change_own(caller(user, credential="token"), PASSWORD, NEW)
    assert has_password(user, PASSWORD)


def test_changes_are_written_down_without_the_passwords(user):
    passwords.change_own(caller(user), PASSWORD, NEW)
    passwords.reset(caller(factories.make_root_admin("root-1")), user, "yet another long password")
    events = list(Event.objects.filter(subject_uuid=user.uuid))
    assert [event.user_name for event in events] == ["root-1", "ada"]
    told = str([vars(event) for event in events])
    for secret in (PASSWORD, NEW, "yet another long password", "argon2"):
        assert secret not in told
