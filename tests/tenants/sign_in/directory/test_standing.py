"""Disabled people are kept out, however a directory says that they are, and whatever type it says it in."""

import pytest

from tenants.directory.standing import disabled_by, is_disabled


@pytest.mark.parametrize(
    "value", [2, "2", b"2", 514, "514", b"514", " 514 ", "66050", 66050, "-2147483134", 0x10202, True, False]
)
def test_the_bit_of_active_directory_disables(value):
    assert is_disabled("bits", value)


@pytest.mark.parametrize("value", [512, "512", b"512", "66048", 66048, "544", "0"])
def test_other_bits_do_not(value):
    assert not is_disabled("bits", value)


@pytest.mark.parametrize("value", ["", "normal", "0x200", None, 1.5, [], {}, b"\xff\xfe", "5 12"])
def test_a_number_that_is_none_disables(value):
    assert is_disabled("bits", value)


@pytest.mark.parametrize("value", ["TRUE", "true", True, b"TRUE", "1", 1, b"1", "yes", "on", " TRUE "])
def test_a_true_lock_disables(value):
    assert is_disabled("disabled-flag", value)


@pytest.mark.parametrize("value", ["FALSE", "false", False, b"FALSE", "0", 0, b"0", "no", "off"])
def test_a_false_lock_does_not(value):
    assert not is_disabled("disabled-flag", value)


@pytest.mark.parametrize("value", ["FALSE", "false", False, b"FALSE", "0", 0, b"0", "no", "off", "inactive"])
def test_a_false_permission_disables(value):
    assert is_disabled("enabled-flag", value)


@pytest.mark.parametrize("value", ["TRUE", "true", True, b"TRUE", "1", 1, "yes", "active", "Enabled"])
def test_a_true_permission_does_not(value):
    assert not is_disabled("enabled-flag", value)


@pytest.mark.parametrize("rule", ["disabled-flag", "enabled-flag", "present", "", "no such rule"])
@pytest.mark.parametrize("value", ["", "maybe", None, 7, 1.0, [], object(), b"\xff"])
def test_what_is_not_understood_disables(rule, value):
    assert is_disabled(rule, value)


@pytest.mark.parametrize("value", ["20260101000000Z", "000001010000Z", "", 0, None])
def test_a_mere_presence_may_disable(value):
    assert is_disabled("present", value)


@pytest.mark.parametrize(
    ("attributes", "culprit"),
    [
        ({}, None),
        ({"uid": ["ada"]}, None),
        ({"userAccountControl": ["512"]}, None),
        ({"userAccountControl": ["514"]}, "useraccountcontrol"),
        ({"USERACCOUNTCONTROL": [b"514"]}, "useraccountcontrol"),
        ({"nsAccountLock": ["TRUE"]}, "nsaccountlock"),
        ({"nsAccountLock": ["FALSE"]}, None),
        ({"pwdAccountLockedTime": ["000001010000Z"]}, "pwdaccountlockedtime"),
        ({"loginDisabled": ["TRUE"]}, "logindisabled"),
        ({"userAccountControl": []}, None),
        ({"userAccountControl": ["512", "514"]}, "useraccountcontrol"),
    ],
)
def test_what_the_great_directories_use_is_looked_at_always(attributes, culprit):
    assert disabled_by(attributes) == culprit


def test_a_server_may_have_an_attribute_of_its_own():
    rule = {"attribute": "accountStatus", "rule": "enabled-flag"}
    assert disabled_by({"accountStatus": ["inactive"]}, **rule) == "accountstatus"
    assert disabled_by({"accountStatus": ["active"]}, **rule) is None
    assert disabled_by({}, **rule) is None
    assert disabled_by({}, **rule, absent=True) == "accountstatus"


def test_its_own_attribute_does_not_hide_the_known_ones():
    attributes = {"accountStatus": ["active"], "userAccountControl": ["514"]}
    assert disabled_by(attributes, attribute="accountStatus", rule="enabled-flag") == "useraccountcontrol"


def test_a_known_attribute_may_be_read_in_another_way():
    attributes = {"nsAccountLock": ["FALSE"]}
    assert disabled_by(attributes, attribute="nsaccountlock", rule="present") == "nsaccountlock"
