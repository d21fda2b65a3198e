"""User data that is kept: its owner's alone, encrypted, and told to instances as a text of their own."""

import pytest

from cloudportal.core.errors import Conflict, InvalidInput, NotFound
from cloudportal.events.models import Event
from compute import guest_data_queries as queries
from compute.configuration import USER_DATA_LIMIT
from compute.models import UserData
from compute.services.guest_data import user_data
from compute.services.guest_data.user_data import UserDataChanges, UserDataValues
from compute.services.guest_data.variables import Variable
from tenants.queries.settings import EVERYWHERE
from tenants.services import settings
from tests.security.rows import stored
from tests.support.factories import account_of, make_caller
from tests.support.factories_compute import fresh, submit_deployment
from tests.support.factories_guest_data import make_user_data

pytestmark = pytest.mark.django_db
PASSWORD = Variable(name="password", is_required=True, is_secret=True)
CONTENT = "#cloud-config\npassword: ${{ password }}\nmark: made-by-hand\n"


def values(**more):
    return UserDataValues(**{"name": "web", "content": CONTENT, "variables": (PASSWORD,), **more})


def test_it_is_kept_and_its_text_is_nowhere_in_clear(tenant):
    row = user_data.create(tenant, values(description="For the web"))
    assert queries.one_user_data_for(tenant, row.uuid).text == CONTENT
    assert "made-by-hand" not in stored()
    assert Event.objects.get().sentence == "Keeps the user data web."


def test_an_instance_is_told_what_came_of_it_and_keeps_that(cloud, tenant):
    row = user_data.create(tenant, values())
    instance, job = submit_deployment(
        cloud, tenant, user_data_from=row.uuid, user_data_values={"password": "hunter2"}
    )
    said = CONTENT.replace("${{ password }}", "hunter2")
    assert instance.guest_text == said
    assert "hunter2" not in stored()
    user_data.update(tenant, row, UserDataChanges(content="#!/bin/sh\n", variables=()))
    user_data.delete(tenant, row)
    assert fresh(instance).guest_text == said
    assert job.arguments == {}


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("user_data_values", {"user_data_values": {}}),
        ("user_data_values", {"user_data_values": {"password": "x", "other": "y"}}),
        ("user_data", {"user_data": "#!/bin/sh\n"}),
    ],
)
def test_what_does_not_fit_it_names_its_field(cloud, tenant, field, more):
    row = make_user_data(account_of(tenant), content=CONTENT, variables=(PASSWORD,))
    known = {"user_data_from": row.uuid, "user_data_values": {"password": "x"}}
    with pytest.raises(InvalidInput) as refusal:
        submit_deployment(cloud, tenant, **{**known, **more})
    assert list(refusal.value.fields) == [field]


def test_values_without_user_data_are_refused(cloud, tenant):
    with pytest.raises(InvalidInput):
        submit_deployment(cloud, tenant, user_data_values={"x": "y"})


def test_what_came_of_it_counts_against_the_limit(cloud, tenant, root):
    row = make_user_data(account_of(tenant), content="a ${{ x }}", variables=(Variable(name="x"),))
    settings.set_value(root, EVERYWHERE, USER_DATA_LIMIT.name, 20)
    with pytest.raises(InvalidInput) as refusal:
        submit_deployment(cloud, tenant, user_data_from=row.uuid, user_data_values={"x": "y" * 20})
    assert list(refusal.value.fields) == ["user_data"]


def test_a_strangers_is_not_there_to_be_used_or_deleted(cloud, tenant):
    """CVE-2026-50222."""
    strange = make_user_data(account_of(make_caller()))
    with pytest.raises(NotFound):
        submit_deployment(cloud, tenant, user_data_from=strange.uuid)
    with pytest.raises(NotFound):
        queries.one_user_data_for(tenant, strange.uuid)


def test_an_admins_instance_is_not_told_what_a_tenant_keeps(cloud, root, tenant):
    row = make_user_data(account_of(tenant))
    assert queries.one_user_data_for(root, row.uuid) == row
    with pytest.raises(NotFound):
        submit_deployment(cloud, root, user_data_from=row.uuid)


def test_an_edit_says_what_changed_and_not_what_the_text_says(tenant):
    row = user_data.create(tenant, values())
    user_data.update(tenant, row, UserDataChanges(name="site", content=f"{CONTENT}\n"))
    event = Event.objects.get(type="USER.DATA.UPDATE")
    assert event.before == {"name": "web", "content": "********"}
    assert event.after == {"name": "site", "content": "********"}


def test_an_edit_that_leaves_the_text_alone_does_not_say_otherwise(tenant):
    row = user_data.create(tenant, values())
    user_data.update(tenant, row, UserDataChanges(name="site", content=CONTENT))
    assert Event.objects.get(type="USER.DATA.UPDATE").after == {"name": "site"}


def test_text_and_variables_must_fit_after_an_edit_of_either(tenant):
    row = user_data.create(tenant, values())
    with pytest.raises(InvalidInput):
        user_data.update(tenant, row, UserDataChanges(variables=(Variable(name="other"),)))
    with pytest.raises(InvalidInput):
        user_data.update(tenant, row, UserDataChanges(content="${{ other }}"))


def test_a_name_is_given_once_in_an_account(tenant):
    user_data.create(tenant, values())
    with pytest.raises(Conflict):
        user_data.create(tenant, values())
    other = user_data.create(tenant, values(name="other"))
    with pytest.raises(Conflict):
        user_data.update(tenant, other, UserDataChanges(name="web"))
    assert user_data.create(make_caller(), values()).name == "web"


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("name", {"name": " "}),
        ("description", {"description": "<b>"}),
        ("content", {"content": "a\0b"}),
        ("content", {"content": "x" * (32 * 1024 + 1)}),
        ("variables", {"variables": (Variable(name="Bad"),)}),
    ],
)
def test_a_wrong_value_names_its_field(tenant, field, more):
    with pytest.raises(InvalidInput) as refusal:
        user_data.create(tenant, values(**more))
    assert list(refusal.value.fields) == [field]


def test_it_goes_with_its_account(tenant):
    account = account_of(tenant)
    make_user_data(account)
    account.users.all().delete()
    account.delete()
    assert not UserData.objects.exists()
