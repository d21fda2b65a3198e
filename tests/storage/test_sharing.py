"""What sharing a template gives to whom: the grantee may use it and no more, and others know nothing of it."""

import pytest

from storage.services import sharing
from storage.services.sharing import ShareWith
from tests.support.clients import RestClient
from tests.support.factories import account_of, make_caller, make_personas
from tests.support.factories_compute import deployed, fresh, make_cloud
from tests.support.factories_infra import make_template
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return make_personas()


@pytest.fixture
def owner():
    """Of another domain than the grantee."""
    return make_caller()


@pytest.fixture
def template(owner):
    return make_template(account_of(owner), is_public=False)


@pytest.fixture
def grant(people, template):
    """The user of the personas may use it."""
    return sharing.share(people.root_admin, template, ShareWith(account=account_of(people.user).uuid))


def status(caller, template, method="GET", verb="", values=None):
    return RestClient(caller).send(method, f"templates/{template.uuid}/{verb}", values).status_code


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("user", 200),
        ("neighbour", 404),
        ("domain_admin", 404),
        ("other_domain_admin", 404),
        ("read_only_admin", 200),
        ("root_admin", 200),
    ],
)
def test_only_the_grantee_sees_it_beside_its_owner_and_operators(people, template, grant, who, expected):
    assert status(getattr(people, who), template) == expected
    listed = RestClient(getattr(people, who)).get("templates/").json()["results"]
    assert (str(template.uuid) in [one["uuid"] for one in listed]) == (expected == 200)


def test_a_grantee_is_not_told_whose_it_is_nor_who_else_has_it(people, template, grant):
    shown = RestClient(people.user).get(f"templates/{template.uuid}/").json()
    assert shown["account"] is None
    assert status(people.user, template, verb="grants/") == 404


@pytest.mark.parametrize(
    ("method", "verb", "values"),
    [
        ("PATCH", "", {"name": "mine"}),
        ("DELETE", "", None),
        ("POST", "upload/", {"size_bytes": 1024}),
        ("POST", "grants/", None),
        ("DELETE", "grants/{grant}/", None),
    ],
)
def test_a_grantee_changes_nothing_about_it(people, template, grant, method, verb, values):
    values = values or {"account": str(account_of(people.neighbour).uuid)}
    assert status(people.user, template, method, verb.format(grant=grant.uuid), values) in (404, 405)
    assert list(template.grants.all()) == [grant]


def test_a_grantee_does_not_publish_it(people, template, grant):
    assert status(people.user, template, "POST", "publish/", {"is_public": True}) in (403, 404)
    template.refresh_from_db()
    assert not template.is_public


@pytest.mark.parametrize("persona", ["user", "neighbour"])
def test_its_image_stays_in(people, template, grant, persona):
    assert status(getattr(people, persona), template, "POST", "extract/") in (404, 409)


def test_what_a_grantee_deployed_goes_on_when_it_is_taken_back(people, template, grant):
    cloud = make_cloud()
    instance = deployed(cloud, people.user, template=template.uuid)
    sharing.unshare(people.root_admin, grant)
    assert status(people.user, template) == 404
    client, address = RestClient(people.user), f"instances/{instance.uuid}/"
    for verb, state in (("stop", "stopped"), ("start", "running")):
        assert client.post(f"{address}{verb}/").status_code == 202
        run_jobs()
        assert fresh(instance).state == state
    refused = client.post(
        "instances/",
        {
            "zone": str(cloud.zone.uuid),
            "template": str(template.uuid),
            "offering": str(instance.offering.uuid),
        },
    )
    assert refused.status_code == 404
