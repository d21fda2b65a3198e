"""Signing in and out on pages, the profile, and the keys and tokens made there."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from cloudportal.core import clock
from tenants.models import ApiKey, ApiToken, User
from tenants.portal import credentials, profile
from tenants.services import credentials as services
from tests.support import factories
from tests.support.clients import RestClient
from tests.support.pages import HOSTILE, Page, PageClient
from tests.support.suites.pages import FillsForm, ShowsRow

pytestmark = pytest.mark.django_db

WORDS = {"domain": "acme", "username": "ada", "password": factories.PASSWORD}


@pytest.fixture
def ada(settings):
    settings.SIGN_IN_REFUSAL_SECONDS = 0
    account = factories.make_account(factories.make_domain(name="acme"))
    return factories.make_user(account, "ada", factories.PASSWORD)


@pytest.fixture
def browser(ada):
    return PageClient()


def signed_in(browser):
    return browser.ask("home").status_code == 200


def test_the_page_asks_for_domain_name_and_password(browser):
    page = browser.get("sign-in")
    assert page.title == "Sign in"
    assert page.field("password")["type"] == "password"
    assert page.field("password")["autocomplete"] == "current-password"
    assert page.field("domain")["autofocus"] is not None


def test_the_right_words_let_in(browser):
    page = browser.post("sign-in", **WORDS)
    assert page.title == "Overview"
    assert signed_in(browser)


def test_one_comes_back_to_where_one_wanted_to_go(browser):
    answer = browser.ask("jobs")
    assert answer["Location"] == "/sign-in/?next=%2Fjobs%2F"
    assert browser.send("sign-in", **WORDS, next="/jobs/")["Location"] == "/jobs/"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "\thttps://evil.example",
        "/\t/evil.example",
        "evil",
        "http:///evil.example",
    ],
)
def test_one_is_never_sent_to_somebody_else(browser, elsewhere):
    assert browser.send("sign-in", **WORDS, next=elsewhere)["Location"] == "/"


@pytest.mark.parametrize("wrong", ["domain", "username", "password"])
def test_the_wrong_words_do_not_and_all_look_alike(browser, wrong):
    page = browser.post("sign-in", **{**WORDS, wrong: "somebody-else"})
    assert page.status == 401
    assert "That did not work." in page.one(role="alert").text
    assert not signed_in(browser)


def test_what_was_typed_is_kept_but_the_password(browser):
    page = browser.post("sign-in", **{**WORDS, "password": "wrong"})
    assert page.field("username")["value"] == "ada"
    assert page.field("password")["value"] is None


def test_too_many_tries_must_wait_and_are_told_how_long(browser, settings):
    settings.AXES_FAILURE_LIMIT = 2
    browser.post("sign-in", **{**WORDS, "password": "wrong"})
    page = browser.post("sign-in", **{**WORDS, "password": "wrong"})
    locked = browser.send("sign-in", **WORDS)
    assert (page.status, locked.status_code) == (429, 429)
    assert int(locked["Retry-After"]) > 0
    assert "Wait" in Page(locked).one(role="alert").text
    assert not signed_in(browser)


def test_a_hostile_name_is_only_words(browser):
    page = browser.post("sign-in", **{**WORDS, "username": HOSTILE})
    assert page.field("username")["value"] == HOSTILE
    assert not [one for one in page.all("script") if not one["src"]]


def test_strangers_leave_no_session_behind(browser):
    browser.get("sign-in")
    browser.ask("jobs")
    browser.post("sign-in", **{**WORDS, "password": "wrong"})
    assert not Session.objects.exists()
    assert "sessionid" not in browser.client.cookies


def test_whoever_is_in_is_not_asked_again(browser):
    browser.post("sign-in", **WORDS)
    assert browser.ask("sign-in")["Location"] == "/"


def test_signing_out_ends_the_session_for_whoever_kept_its_cookie(browser):
    browser.post("sign-in", **WORDS)
    kept = browser.client.cookies["sessionid"].value
    assert browser.send("sign-out")["Location"] == "/sign-in/"
    thief = PageClient()
    thief.client.cookies["sessionid"] = kept
    assert not signed_in(thief)


def test_signing_out_by_a_link_does_nothing(browser):
    browser.post("sign-in", **WORDS)
    assert browser.ask("sign-out").status_code == 405
    assert signed_in(browser)


def test_a_live_part_of_a_page_sends_the_whole_page_to_sign_in(browser):
    answer = browser.by_script("jobs")
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/sign-in/")


class TestPasswordChange(FillsForm):
    page = profile.FORMS[1]
    nobody = None

    def prepare(self):
        self.user = User.objects.get(uuid=self.personas.user.user_uuid)
        self.user.set_password(factories.PASSWORD)
        self.user.save()

    def values(self):
        new = "a quite different one 7"
        return {"old_password": factories.PASSWORD, "new_password": new, "again": new}

    def check(self, page):
        self.user.refresh_from_db()
        assert self.user.check_password("a quite different one 7")

    def test_those_who_may_not_cannot_open_it(self):
        assert PageClient().ask("profile-password").status_code == 302

    def test_this_session_goes_on_and_the_others_end(self):
        here, there = self.browser("user"), self.browser("user")
        here.post("profile-password", **self.values())
        assert (signed_in(here), signed_in(there)) == (True, False)

    def test_the_present_one_must_be_right(self):
        page = self.sent(**{**self.values(), "old_password": "wrong"})
        assert "not your present password" in page.one(id="id_old_password_error").text

    def test_the_new_one_is_typed_twice(self):
        page = self.sent(**{**self.values(), "again": "something else 9"})
        assert "not the same" in page.one(id="id_again_error").text

    def test_no_password_is_ever_sent_back(self):
        page = self.sent(**{**self.values(), "new_password": "short", "again": "short"})
        assert not [one for one in page.all("input", type="password") if one["value"]]


class TestProfileEdit(FillsForm):
    page = profile.FORMS[0]

    def values(self):
        return {
            "first_name": "Ada",
            "last_name": "Lovelace",
            "email": "ada@example.org",
            "timezone": "Europe/London",
        }

    def check(self, page):
        assert page.title == "Ada Lovelace"
        assert "Europe/London" in page.text

    def test_those_who_may_not_cannot_open_it(self):
        account = factories.make_account(role=factories.make_role(rules=("instance.*",)))
        assert PageClient(factories.make_user(account)).ask("profile-edit").status_code == 403

    def test_an_unknown_time_zone_is_refused_beside_its_field(self):
        page = self.sent(**{**self.values(), "timezone": "Mars/Olympus"})
        assert page.all(id="id_timezone_error")

    def test_a_time_zone_is_chosen_also_one_that_is_not_offered_any_more(self):
        User.objects.filter(uuid=self.personas.user.user_uuid).update(timezone="US/Pacific")
        offered = [one["value"] for one in self.opened().field("timezone").all("option")]
        assert {"US/Pacific", "UTC", "Europe/London"} <= set(offered)

    def test_the_profile_shows_who_one_is(self):
        page = self.browser("user").get("profile")
        assert self.personas.user.user_name in page.text
        assert self.personas.user.owner.account_name in page.text


class OfUser:
    def prepare(self):
        self.user = User.objects.get(uuid=self.personas.user.user_uuid)

    def parts(self):
        return (self.user.uuid,)


class TestMakingKeys(OfUser, FillsForm):
    page = credentials.FORMS[0]

    def values(self):
        return {"name": "backup"}

    def check(self, page):
        key = ApiKey.objects.get(user=self.user)
        codes = [one.text for one in page.one(class_="once").all("code")]
        assert codes == [key.key, key.secret.reveal()]
        assert "no-store" in page.answer["Cache-Control"]

    def test_the_secret_is_shown_this_once(self):
        self.sent(**self.values())
        secret = ApiKey.objects.get(user=self.user).secret.reveal()
        for page in (
            self.browser("user").get("profile"),
            self.browser("root_admin").get("user", self.user.uuid),
        ):
            assert "backup" in page.text
            assert secret not in page.source

    def test_a_neighbour_makes_none_for_another(self):
        answer = self.browser("neighbour").send("api-key-add", self.user.uuid, name="x")
        assert answer.status_code == 404
        assert not ApiKey.objects.exists()


class TestMakingTokens(OfUser, FillsForm):
    page = credentials.FORMS[1]

    def values(self):
        return {"name": "ci", "patterns": "instance.read", "lifetime": "7", "networks": ""}

    def check(self, page):
        token = ApiToken.objects.get(user=self.user)
        secret = page.one(class_="once").one("code").text
        assert secret.startswith(token.prefix)
        assert token.patterns == ["instance.read"]

    def test_a_pattern_of_nothing_is_refused_beside_its_field(self):
        page = self.sent(**{**self.values(), "patterns": "nothing.at-all"})
        assert "no action" in page.one(id="id_patterns_error").text


class TestKeyPage(OfUser, ShowsRow):
    page = credentials.KEY
    strangers = ("neighbour", "other_domain_admin")

    def make(self, number=0):
        return self.user.api_keys.create(
            name=factories.numbered("key"), key=factories.numbered("k"), secret="s"
        )

    def test_revoking_it_shuts_its_programs_out(self):
        key = self.make()
        self.browser("user").agree("api-key-revoke", key.uuid)
        assert not ApiKey.objects.exists()
        assert RestClient().get("session/").status_code == 401


class TestTokenPage(OfUser, ShowsRow):
    page = credentials.TOKEN

    def make(self, number=0):
        wanted = services.NewToken(
            name=factories.numbered("token"),
            patterns=["instance.*"],
            expires_at=clock.now() + timedelta(days=1),
        )
        return services.create_token(self.personas.user, self.user, wanted).row
