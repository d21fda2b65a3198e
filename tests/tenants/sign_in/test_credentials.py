"""API keys and tokens: who may mint them for whom, what is shown of them, and when they end."""

from datetime import timedelta

import pytest
from django.db import connection

from cloudportal.core import clock
from cloudportal.core.actions import Action
from cloudportal.core.errors import InvalidInput, LimitReached, NotFound, NotPermitted
from cloudportal.events.models import Event
from tenants import credential_actions
from tenants.credential_actions import token_rules
from tenants.models import ApiKey, ApiToken
from tenants.queries import credentials as queries
from tenants.queries.settings import Place
from tenants.services import account_states, credentials, settings, users
from tenants.services.credentials import NewToken
from tests.support import factories
from tests.support.clients import counted_queries
from tests.support.factories import caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def domain():
    return factories.make_domain(name="acme")


@pytest.fixture
def user(domain):
    return factories.make_user(factories.make_account(domain), "ada")


@pytest.fixture
def admin(domain):
    return factories.make_user(factories.make_account(domain, "Domain Admin"), "boss")


@pytest.fixture
def root():
    return factories.make_root_admin()


def new_token(**values):
    given = {"name": "backup", "patterns": ["instance.*"], "expires_at": clock.now() + timedelta(days=1)}
    return NewToken(**{**given, **values})


def mint_both(by, user):
    key = credentials.create_api_key(by, user, "deploys")
    return key, credentials.create_token(by, user, new_token())


def test_users_mint_for_themselves(user):
    key, token = mint_both(caller(user), user)
    assert key.row.user == token.row.user == user
    assert len(key.secret.reveal()) >= 60
    assert token.secret.reveal().startswith("cpt_")


def test_an_administrator_mints_for_whom_they_dominate(admin, user):
    assert mint_both(caller(admin), user)


def test_nobody_mints_for_a_neighbour_a_stranger_or_somebody_greater(domain, user, admin, root):
    neighbour = factories.make_user(factories.make_account(domain))
    other_admin = factories.make_user(factories.make_account(None, "Domain Admin"))
    for by, target in [(user, neighbour), (user, admin), (other_admin, user), (admin, root)]:
        with pytest.raises((NotFound, NotPermitted)):
            credentials.create_api_key(caller(by), target, "mine now")
        with pytest.raises((NotFound, NotPermitted)):
            credentials.create_token(caller(by), target, new_token())
    assert not ApiKey.objects.exists()
    assert not ApiToken.objects.exists()


def test_a_domain_admin_of_root_does_not_mint_for_a_root_admin(root):
    climber = factories.make_user(factories.make_account(factories.foundation(), "Domain Admin"))
    with pytest.raises(NotPermitted):
        credentials.create_api_key(caller(climber), root, "climbing")


def test_nobody_revokes_what_is_not_theirs(domain, user, admin, root):
    key, token = mint_both(caller(root), root)
    for by in (user, admin):
        with pytest.raises((NotFound, NotPermitted)):
            credentials.revoke_api_key(caller(by), key.row)
        with pytest.raises((NotFound, NotPermitted)):
            credentials.revoke_token(caller(by), token.row)
    assert ApiKey.objects.filter(pk=key.row.pk).exists()


def test_users_see_their_own_and_administrators_those_below(user, admin, root):
    mint_both(caller(user), user)
    mint_both(caller(root), root)
    for who, sees in [(user, {"ada"}), (admin, {"ada"}), (root, {"ada", root.username})]:
        assert {one.user.username for one in queries.api_keys_for(caller(who))} == sees
        assert {one.user.username for one in queries.api_tokens_for(caller(who))} == sees
    neighbour = factories.make_user(factories.make_account(user.domain))
    assert not queries.api_keys_for(caller(neighbour)).exists()


def test_a_neighbours_key_cannot_be_found_by_its_uuid(user):
    key, token = mint_both(caller(user), user)
    neighbour = caller(factories.make_user(factories.make_account(user.domain)))
    with pytest.raises(NotFound):
        queries.api_key_for(neighbour, key.row.uuid)
    with pytest.raises(NotFound):
        queries.api_token_for(neighbour, token.row.uuid)


def test_secrets_are_neither_listed_nor_kept_in_clear(user):
    key, token = mint_both(caller(user), user)
    listed = str([vars(one) for one in queries.api_keys_for(caller(user))])
    assert key.secret.reveal() not in listed
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM tenants_apikey")
        rows = str(cursor.fetchall())
        cursor.execute("SELECT * FROM tenants_apitoken")
        rows += str(cursor.fetchall())
    assert key.row.key in rows
    assert key.secret.reveal() not in rows
    assert token.secret.reveal() not in rows


def test_the_key_gives_its_secret_back_for_checking_signatures(user):
    key, _ = mint_both(caller(user), user)
    assert credentials.api_key_named(key.row.key).secret.reveal() == key.secret.reveal()
    assert credentials.api_key_named(key.row.key.swapcase()) is None
    assert credentials.api_key_named("nothing") is None


def test_no_secret_is_in_events_or_in_how_things_print(user):
    key, token = mint_both(caller(user), user)
    told = (
        " ".join(str(vars(one)) for one in Event.objects.all()) + repr(key) + repr(token) + str(vars(key.row))
    )
    assert key.secret.reveal() not in told
    assert token.secret.reveal() not in told


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"patterns": []}, "patterns"),
        ({"patterns": ["  "]}, "patterns"),
        ({"patterns": ["no-such-noun.*"]}, "patterns"),
        ({"patterns": ["api-key.create"]}, "patterns"),
        ({"patterns": ["token.*"]}, "patterns"),
        ({"patterns": ["password.reset"]}, "patterns"),
        ({"patterns": ["user.create"]}, "patterns"),
        ({"patterns": ["directory.read"]}, "patterns"),
        ({"networks": ["everywhere"]}, "networks"),
        ({"name": "<script>"}, "name"),
    ],
)
def test_a_token_that_makes_no_sense_is_refused(user, values, field):
    with pytest.raises(InvalidInput) as caught:
        credentials.create_token(caller(user), user, new_token(**values))
    assert list(caught.value.fields) == [field]


def test_a_token_ends_in_the_future_and_not_too_far(user):
    for moment in (clock.now() - timedelta(seconds=1), clock.now() + timedelta(days=400)):
        with pytest.raises(InvalidInput) as caught:
            credentials.create_token(caller(user), user, new_token(expires_at=moment))
        assert list(caught.value.fields) == ["expires_at"]
    naive = (clock.now() + timedelta(days=1)).replace(tzinfo=None)
    with pytest.raises(InvalidInput):
        credentials.create_token(caller(user), user, new_token(expires_at=naive))


def test_a_domain_may_shorten_the_life_of_tokens(root, user):
    settings.set_value(caller(root), Place.of_domain(user.domain), "token.longest_lifetime", "12h")
    with pytest.raises(InvalidInput, match="12 hours"):
        credentials.create_token(caller(user), user, new_token())
    assert credentials.create_token(
        caller(user), user, new_token(expires_at=clock.now() + timedelta(hours=12))
    )


def test_there_are_only_so_many_of_each(user, monkeypatch):
    monkeypatch.setattr(credentials, "MOST_KEYS", 1)
    monkeypatch.setattr(credentials, "MOST_TOKENS", 1)
    mint_both(caller(user), user)
    with pytest.raises(LimitReached):
        credentials.create_api_key(caller(user), user, "one more")
    with pytest.raises(LimitReached):
        credentials.create_token(caller(user), user, new_token())


def test_expired_tokens_make_room(user, monkeypatch):
    monkeypatch.setattr(credentials, "MOST_TOKENS", 1)
    credentials.create_token(caller(user), user, new_token())
    ApiToken.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert credentials.create_token(caller(user), user, new_token())


@pytest.mark.parametrize("end", [users.disable, users.delete])
def test_keys_and_tokens_end_with_the_user(root, user, end):
    mint_both(caller(user), user)
    end(caller(root), user)
    assert not ApiKey.objects.exists()
    assert not ApiToken.objects.exists()


def test_keys_and_tokens_end_with_the_account(root, user):
    mint_both(caller(user), user)
    others = factories.make_user()
    mint_both(caller(others), others)
    account_states.disable(caller(root), user.account)
    assert [one.user for one in ApiKey.objects.all()] == [others]
    assert [one.user for one in ApiToken.objects.all()] == [others]


@pytest.fixture
def by_token(root):
    return caller(root, credential="token", scope=token_rules(["*"]))


def test_a_token_narrows_and_never_widens(user):
    narrowed = caller(user, credential="token", scope=token_rules(["instance.*", "host.*"]))
    assert narrowed.may("instance.read")
    assert not narrowed.may("volume.read")
    assert not narrowed.may("host.create")


@pytest.mark.parametrize(
    "action",
    [one for one in vars(credential_actions).values() if isinstance(one, Action)],
    ids=lambda one: one.name,
)
def test_a_token_of_everything_can_do_nothing_with_credentials(by_token, action):
    assert not by_token.may(action.name)


@pytest.mark.parametrize("name", ["user.create", "user.update", "user.enable", "role.create", "role.update"])
def test_a_token_of_everything_makes_nobody_who_signs_in(by_token, name):
    assert not by_token.may(name)


def test_a_token_mints_lists_and_revokes_nothing_whatever_its_rules_say(root, user):
    key, token = mint_both(caller(root), user)
    wide = caller(root, credential="token")
    assert wide.may("api-key.create")
    for attempt in (
        lambda: mint_both(wide, root),
        lambda: credentials.create_token(wide, user, new_token()),
        lambda: credentials.revoke_api_key(wide, key.row),
        lambda: credentials.revoke_token(wide, token.row),
        lambda: queries.api_keys_for(wide),
        lambda: queries.api_tokens_for(wide),
        lambda: queries.directory_servers_for(wide),
        lambda: queries.group_mappings_for(wide),
    ):
        with pytest.raises(NotPermitted, match="A token cannot"):
            attempt()


def test_listing_takes_one_query_however_many_there_are(user):
    one = caller(user)
    for _ in range(3):
        mint_both(one, user)
    with counted_queries() as counted:
        assert len([key.user.account.domain.name for key in queries.api_keys_for(one)]) == 3
    assert len(counted) == 1
