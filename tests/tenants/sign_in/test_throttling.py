"""Guessing is slowed down, by name and by address, for people and programs apart."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.db.models import F
from django.test import Client

from cloudportal.core import plans
from cloudportal.core.errors import TooManyRequests
from cloudportal.events.models import Event
from tenants import throttling
from tenants.services import credentials, passwords
from tenants.services.credentials import CredentialRefused
from tenants.services.sign_in import SignInRefused, sign_in
from tenants.throttling import PEOPLE, PROGRAMS, Attempt
from tests.support import factories
from tests.support.factories import PASSWORD, caller
from tests.support.requests import request_from

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few_tries(settings):
    settings.AXES_FAILURE_LIMIT = 3
    settings.SIGN_IN_ADDRESS_TRIES = 6


@pytest.fixture
def user():
    return factories.make_user(factories.make_account(factories.make_domain(name="acme")), "ada", PASSWORD)


def fail(times, username="ada", domain="acme", address="192.0.2.10"):
    """The errors of so many tries with a wrong password."""
    caught = []
    for _ in range(times):
        with pytest.raises((SignInRefused, TooManyRequests)) as one:
            sign_in(request_from(address), domain, username, "wrong")
        caught.append(type(one.value))
    return caught


def minutes_pass(minutes):
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=minutes))


def test_after_so_many_failures_even_the_right_password_waits(user):
    assert fail(3) == [SignInRefused, SignInRefused, TooManyRequests]
    with pytest.raises(TooManyRequests) as caught:
        sign_in(request_from(), "acme", "ada", PASSWORD)
    assert 890 <= caught.value.values["retry_after_seconds"] <= 900
    assert "Wait 15 minutes" in caught.value.detail


def test_the_wait_ends_as_it_was_said(user):
    fail(3)
    minutes_pass(14)
    with pytest.raises(TooManyRequests, match="Wait a minute"):
        sign_in(request_from(), "acme", "ada", PASSWORD)
    minutes_pass(1)
    assert sign_in(request_from(), "acme", "ada", PASSWORD) == user


def test_trying_during_the_wait_does_not_prolong_it(user):
    fail(3)
    minutes_pass(10)
    fail(5)
    minutes_pass(5)
    assert sign_in(request_from(), "acme", "ada", PASSWORD) == user


def test_the_user_may_still_come_from_elsewhere(user):
    fail(3)
    assert sign_in(request_from("198.51.100.7"), "acme", "ada", PASSWORD) == user


def test_the_same_name_in_another_domain_is_somebody_else(user):
    other = factories.make_user(factories.make_account(factories.make_domain(name="other")), "ada", PASSWORD)
    fail(3)
    assert sign_in(request_from(), "other", "ada", PASSWORD) == other


def test_other_spellings_of_domain_and_name_are_no_new_tries(user):
    fail(1)
    fail(1, username=" ADA ", domain="ROOT/acme")
    assert fail(1, domain=str(user.domain.uuid)) == [TooManyRequests]


def test_names_that_do_not_exist_are_locked_out_just_so(user):
    assert fail(4, username="nobody") == [SignInRefused, SignInRefused, TooManyRequests, TooManyRequests]
    assert fail(4, username="nobody", domain="nowhere", address="198.51.100.1") == [
        SignInRefused,
        SignInRefused,
        TooManyRequests,
        TooManyRequests,
    ]


def test_an_address_that_fails_under_many_names_is_locked_out(user):
    names = ["anna", "bert", "carl", "dora", "emil"]
    assert {one for name in names for one in fail(1, username=name)} == {SignInRefused}
    assert fail(1, username="fritz") == [TooManyRequests]
    with pytest.raises(TooManyRequests):
        sign_in(request_from(), "acme", "ada", PASSWORD)


def test_success_forgets_the_names_failures_and_not_the_addresss(user):
    fail(2)
    assert sign_in(request_from(), "acme", "ada", PASSWORD)
    assert fail(2) == [SignInRefused, SignInRefused]
    names = ["anna", "bert", "carl"]
    [fail(1, username=name) for name in names]
    assert sign_in(request_from("198.51.100.1"), "acme", "ada", PASSWORD)
    assert fail(1, username="dora") == [TooManyRequests]


def test_addresses_of_one_ipv6_site_count_as_one(user):
    fail(2, address="2001:db8:1:2::1")
    assert fail(1, address="2001:db8:1:2:ffff::9") == [TooManyRequests]
    assert fail(1, address="2001:db8:1:3::1") == [SignInRefused]


def test_a_forged_header_is_no_new_address(user):
    for number in range(3):
        with pytest.raises((SignInRefused, TooManyRequests)):
            sign_in(request_from(x_forwarded_for=f"198.51.100.{number}"), "acme", "ada", "wrong")
    assert fail(1) == [TooManyRequests]


def test_another_browser_is_no_new_start(user):
    for number in range(3):
        with pytest.raises((SignInRefused, TooManyRequests)):
            sign_in(request_from(user_agent=f"browser {number}"), "acme", "ada", "wrong")
    assert fail(1) == [TooManyRequests]


def test_neither_names_nor_passwords_are_in_the_table_of_tries(user):
    client = Client()
    client.post("/sign-in/", {"domain": "acme", "username": "typed-by-mistake", "password": "hunter-two"})
    client.get("/sign-in/", {"password": "hunter-two"})
    kept = str([vars(one) for one in AccessAttempt.objects.all()])
    assert AccessAttempt.objects.count() == 1
    assert "typed-by-mistake" not in kept
    assert "hunter-two" not in kept


def test_the_page_says_how_long_to_wait(user):
    client = Client()
    form = {"domain": "acme", "username": "ada", "password": "wrong"}
    answers = [client.post("/sign-in/", form, REMOTE_ADDR="192.0.2.10") for _ in range(4)]
    assert [one.status_code for one in answers[2:]] == [429, 429]
    assert b"Wait 15 minutes" in answers[3].content


def test_a_lock_out_writes_no_more_events(user):
    fail(6)
    assert Event.objects.filter(type="USER.LOGIN").count() == 3


def refused_key(times, name="key", address="192.0.2.10"):
    caught = []
    for _ in range(times):
        with pytest.raises((CredentialRefused, TooManyRequests)) as one:
            credentials.api_key_of(request_from(address), name, "wrong")
        caught.append(type(one.value))
    return caught


def test_wrong_keys_are_counted_too(user):
    assert refused_key(4) == [CredentialRefused, CredentialRefused, TooManyRequests, TooManyRequests]


def test_wrong_tokens_are_counted_by_address(user):
    for number in range(6):
        with pytest.raises((CredentialRefused, TooManyRequests)):
            credentials.token_of(request_from(), f"cpt_{number}")
    with pytest.raises(TooManyRequests):
        credentials.token_of(request_from(), "cpt_another")


def test_a_program_that_fails_does_not_lock_people_out(user):
    refused_key(9)
    assert sign_in(request_from(), "acme", "ada", PASSWORD) == user


def test_a_good_key_works_beside_a_program_that_fails(user):
    key = credentials.create_api_key(caller(user), user, "good")
    [refused_key(1, name=f"key {number}") for number in range(8)]
    assert credentials.api_key_of(request_from(), key.row.key, key.secret.reveal()).user == user


def test_rest_answers_with_the_wait(user):
    headers = {"authorization": "ApiKey a:b"}
    client = Client()
    answers = [client.get("/api/v1/accounts/", headers=headers) for _ in range(3)]
    assert [one.status_code for one in answers] == [401, 401, 429]
    assert int(answers[2].headers["Retry-After"]) == answers[2].json()["values"]["retry_after_seconds"]


def test_kinds_of_tries_have_keys_of_their_own():
    assert Attempt(PEOPLE, "x").who.partition(":")[2] == Attempt(PROGRAMS, "x").who.partition(":")[2]
    assert Attempt(PEOPLE, "x").who != Attempt(PROGRAMS, "x").who
    assert len(Attempt(PEOPLE, "x" * 10_000).who) < 100


def test_a_caller_without_a_request_is_counted_by_their_address():
    attempt = Attempt(PEOPLE, "x")
    counted = throttling.request_from("192.0.2.1")
    throttling.count_failure(counted, attempt)
    assert AccessAttempt.objects.get().ip_address == "192.0.2.1"
    throttling.forget(counted, attempt)
    assert not AccessAttempt.objects.exists()


def test_a_try_cannot_be_planned_and_so_taken_back(user):
    with pytest.raises(RuntimeError, match="counted for good"):
        plans.planned(lambda: sign_in(request_from(), "acme", "ada", "wrong"))
    with pytest.raises(RuntimeError, match="counted for good"):
        plans.planned(lambda: passwords.change_own(caller(user), "wrong", PASSWORD))
