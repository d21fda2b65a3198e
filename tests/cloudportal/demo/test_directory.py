import pytest
from django.test import Client

from cloudportal.demo import people
from cloudportal.demo.personas import COLLEAGUE, NESTED_ADMIN, TENANT
from cloudportal.demo.seeding.companies import ensure_companies
from cloudportal.demo.seeding.directory import ensure_directory
from tenants.authentication import system_caller
from tenants.models import DirectoryServer, User

pytestmark = pytest.mark.django_db


def seeded(slapd):
    companies = ensure_companies(system_caller(), lambda name: f"the password of {name}", has_directory=True)
    return ensure_directory(system_caller(), companies, slapd)


def signed_in(slapd, persona):
    """The user that this person is, after signing in on the page."""
    password = slapd.passwords[people.person(persona.username)]
    browser = Client()
    values = {"domain": persona.domain, "username": persona.username, "password": password}
    browser.post("/sign-in/", values)
    return User.objects.get(pk=browser.session["_auth_user_id"])


@pytest.mark.parametrize(
    ("persona", "domain", "account", "kind"),
    [
        (TENANT, "acme", "engineering", "user"),
        (COLLEAGUE, "research", "research", "user"),
        (NESTED_ADMIN, "acme", "cloud-admins", "domain-admin"),
    ],
    ids=["by a group", "into a department", "by nested groups"],
)
def test_people_of_the_directory_find_themselves_where_their_groups_lead(
    slapd_server, persona, domain, account, kind
):
    seeded(slapd_server)
    user = signed_in(slapd_server, persona)
    assert (user.domain.name, user.account.name, user.account.role.kind) == (domain, account, kind)


def test_a_directory_that_came_up_elsewhere_is_found_again(slapd_server, start_slapd):
    before = seeded(start_slapd())
    after = seeded(slapd_server)
    assert after.pk == before.pk
    assert DirectoryServer.objects.get().mappings.count() == 3
    assert signed_in(slapd_server, TENANT).username == TENANT.username
