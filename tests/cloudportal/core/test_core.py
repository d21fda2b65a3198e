"""The words that every room uses."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudportal.core import names, secrets
from cloudportal.core.actions import Action
from cloudportal.core.caller import Caller, Owner
from cloudportal.core.errors import InvalidInput, NotPermitted
from cloudportal.core.permissions import RoleKind, Rule, allowed
from cloudportal.core.scoping import ScopedQuerySet, Unscoped
from cloudportal.core.states import StateTable, group
from cloudportal.jobs.models import PeriodicRun


def make_caller(*rule_sets, kind=RoleKind.USER):
    owner = Owner(1, uuid.uuid4(), "somebody", "/1/")
    return Caller(kind=kind, owner=owner, domain_id=1, domain_path="/1/", rule_sets=rule_sets)


def test_the_first_matching_rule_decides_and_none_is_a_no():
    rules = (Rule("instance.expunge", False), Rule("instance.*", True))
    assert allowed(rules, "instance.start")
    assert not allowed(rules, "instance.expunge")
    assert not allowed(rules, "volume.create")


def test_every_set_of_rules_must_allow():
    role, token = (Rule("*", True),), (Rule("instance.read", True),)
    assert make_caller(role, token).may("instance.read")
    assert not make_caller(role, token).may("instance.start")


def test_a_caller_without_rules_may_nothing():
    assert not make_caller().may("instance.read")
    with pytest.raises(NotPermitted):
        Action("instance.read", "See instances").permit(make_caller())


def test_a_model_that_does_not_say_whose_its_rows_are_cannot_be_asked():
    with pytest.raises(Unscoped):
        ScopedQuerySet(PeriodicRun).for_caller(make_caller((Rule("*", True),)))


def test_a_secret_does_not_print_itself():
    secret = secrets.Secret("swordfish")
    assert "swordfish" not in f"{secret} {secret!r} {[secret]}"
    assert "%s" % secret == "********"  # noqa: UP031
    assert secret.reveal() == "swordfish"


def test_a_secret_is_ciphertext_at_rest_and_can_be_put_under_a_new_key(settings):
    from cryptography.fernet import Fernet

    token = secrets.encrypt("swordfish")
    assert "swordfish" not in token
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]
    rotated = secrets.rotate(token)
    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS[:1]
    assert secrets.decrypt(rotated) == "swordfish"
    with pytest.raises(secrets.Undecipherable):
        secrets.decrypt(token)


@given(st.text())
def test_a_host_name_that_is_accepted_is_harmless_everywhere(text):
    try:
        name = names.check_hostname(text)
    except InvalidInput as error:
        assert error.fields.keys() == {"name"}
    else:
        assert name.isascii() and name.replace("-", "").isalnum() and len(name) <= 63


@given(st.text())
def test_a_label_that_is_accepted_has_no_markup_and_no_control_characters(text):
    try:
        label = names.check_label(text)
    except InvalidInput as error:
        assert error.fields.keys() == {"name"}
    else:
        assert not set(label) & set("<>\"'&\\`\n\r\t\0")


LAMP = StateTable("lamp", "off", (group("A lamp.", ("off", "press", "on"), ("on", "press", "off")),))


def test_a_state_table_knows_where_an_event_leads():
    assert LAMP.target("off", "press") == "on"
    assert LAMP.target("off", "break") is None
    assert LAMP.sources("press") == ("off", "on")
    assert LAMP.states == {"on", "off"}
