import pytest

from cloudportal.demo.client import Client, Refused
from tests.support.factories import PASSWORD, make_account, make_domain, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def user():
    return make_user(make_account(make_domain(name="acme")), "ada", PASSWORD)


@pytest.fixture
def client(live_server):
    return Client(int(live_server.url.rpartition(":")[2]))


def test_who_signs_in_reads_and_changes_what_is_theirs(client, user):
    client.sign_in("acme", "ada", PASSWORD)
    (seen,) = client.get("users/", username="ada")["results"]
    assert seen["uuid"] == str(user.uuid)
    assert client.post("projects/", {"name": "rockets"})["name"] == "rockets"


def test_a_wrong_password_is_refused(client, user):
    with pytest.raises(Refused, match="did not let ada of acme in"):
        client.sign_in("acme", "ada", "wrong")


def test_what_the_portal_refuses_is_said_in_its_own_words(client, user):
    client.sign_in("acme", "ada", PASSWORD)
    with pytest.raises(Refused, match=r"not found|There is no"):
        client.get("instances/5a0d7a9c-5e1b-4e0e-9b0e-0a9d7a9c5e1b/")


def test_a_stranger_is_refused(client):
    with pytest.raises(Refused):
        client.get("instances/")
