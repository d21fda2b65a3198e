"""User data that comes with a template: told to whoever's instances, read by its owner alone."""

from email import message_from_string

import pytest

from cloudportal.core import plans
from cloudportal.core.errors import Conflict, InvalidInput, NotFound
from compute.models import TemplateUserData
from compute.services import instances
from compute.services.guest_data import template_links, user_data
from compute.services.guest_data.template_links import LinkValues
from compute.services.guest_data.variables import Variable
from compute.services.instances import InstanceChanges, ReinstallValues
from compute.workflows.subjects import guest_data_of
from storage.models import Template, TemplateGrant
from storage.services import templates
from tests.security.rows import stored
from tests.support.factories import account_of, make_caller
from tests.support.factories_compute import deploy_values, deployed, fresh, stopped, submit_deployment
from tests.support.factories_guest_data import make_user_data
from tests.support.factories_infra import make_template, qcow2_bytes
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db
TEXT = "#cloud-config\nmark: from-the-template\n"
OWN = "#!/bin/sh\necho own\n"
PORT = Variable(name="port", is_required=True)


@pytest.fixture
def template(tenant):
    return make_template(account_of(tenant), is_public=False, content=qcow2_bytes(salt=b"linked"))


@pytest.fixture
def kept(tenant):
    return make_user_data(account_of(tenant), name="base", content=TEXT)


@pytest.fixture
def stranger(template):
    other = make_caller()
    TemplateGrant.objects.create(template=template, account=account_of(other))
    return other


def link(caller, template, row, policy="allow-override"):
    return template_links.link(caller, template, LinkValues(user_data=row.uuid, policy=policy))


def told(instance):
    return guest_data_of(fresh(instance)).user_data


def parts(text):
    return [one.get_payload(decode=True).decode() for one in message_from_string(text).get_payload()]


@pytest.mark.parametrize("policy", ["allow-override", "append", "deny-override"])
def test_an_instance_with_nothing_to_say_is_told_the_templates(cloud, tenant, template, kept, policy):
    link(tenant, template, kept, policy)
    instance, _ = submit_deployment(cloud, tenant, template=template.uuid)
    assert (told(instance), instance.guest_text) == (TEXT, "")
    assert "from-the-template" not in stored()


def test_its_own_text_stands_instead_beside_or_not_at_all(cloud, tenant, template, kept):
    link(tenant, template, kept, "allow-override")
    assert told(submit_deployment(cloud, tenant, template=template.uuid, user_data=OWN)[0]) == OWN
    link(tenant, template, kept, "append")
    instance, _ = submit_deployment(cloud, tenant, template=template.uuid, user_data=OWN)
    assert parts(told(instance)) == [TEXT, OWN]
    assert instance.guest_text == OWN
    link(tenant, template, kept, "deny-override")
    with pytest.raises(InvalidInput) as refusal:
        submit_deployment(cloud, tenant, template=template.uuid, user_data=OWN)
    assert list(refusal.value.fields) == ["user_data"]
    own = make_user_data(account_of(tenant), content=OWN)
    with pytest.raises(InvalidInput) as refusal:
        submit_deployment(cloud, tenant, template=template.uuid, user_data_from=own.uuid)
    assert list(refusal.value.fields) == ["user_data_from"]


def test_what_an_instance_was_told_stays_whatever_becomes_of_the_link(cloud, tenant, template, kept):
    found = link(tenant, template, kept, "append")
    instance = stopped(cloud, tenant, template=template.uuid, user_data=OWN)
    template_links.unlink(tenant, found)
    user_data.delete(tenant, kept)
    assert run_job(instances.reinstall(tenant, fresh(instance))).state == "done"
    assert parts(told(instance)) == [TEXT, OWN]
    instances.update(tenant, fresh(instance), InstanceChanges(user_data="#!/bin/sh\n"))
    assert parts(told(instance)) == [TEXT, "#!/bin/sh\n"]


def test_an_instance_that_may_say_nothing_cannot_begin_to(cloud, tenant, template, kept):
    link(tenant, template, kept, "deny-override")
    instance = stopped(cloud, tenant, template=template.uuid)
    with pytest.raises(InvalidInput):
        instances.update(tenant, instance, InstanceChanges(user_data=OWN))
    assert told(instance) == TEXT


def test_another_template_tells_what_it_has_to_tell(cloud, tenant, template, kept):
    link(tenant, template, kept, "append")
    instance = stopped(cloud, tenant, user_data=OWN)
    assert (
        run_job(instances.reinstall(tenant, instance, ReinstallValues(template=template.uuid))).state
        == "done"
    )
    assert parts(told(instance)) == [TEXT, OWN]
    assert run_job(
        instances.reinstall(tenant, fresh(instance), ReinstallValues(template=cloud.template.uuid))
    )
    assert told(instance) == OWN
    link(tenant, template, kept, "deny-override")
    with pytest.raises(InvalidInput) as refusal:
        instances.reinstall(tenant, fresh(instance), ReinstallValues(template=template.uuid))
    assert list(refusal.value.fields) == ["template"]


def test_values_go_to_whichever_text_asks_for_them(cloud, tenant, template):
    kept = make_user_data(account_of(tenant), content="#!/bin/sh\n${{ port }}\n", variables=(PORT,))
    own = make_user_data(
        account_of(tenant), content="${{ port }} ${{ mine }}", variables=(PORT, Variable(name="mine"))
    )
    link(tenant, template, kept, "append")
    values = {"template": template.uuid, "user_data_from": own.uuid}
    instance, _ = submit_deployment(cloud, tenant, **values, user_data_values={"port": "80", "mine": "x"})
    assert parts(told(instance)) == ["#!/bin/sh\n80\n", "80 x"]
    for wrong in ({"mine": "x"}, {"port": "80", "other": "x"}):
        with pytest.raises(InvalidInput):
            submit_deployment(cloud, tenant, **values, user_data_values=wrong)


def test_strangers_use_it_and_never_read_it(cloud, template, kept, tenant, stranger):
    link(tenant, template, kept, "append")
    planned = plans.planned(lambda: instances.deploy(stranger, deploy_values(cloud, template=template.uuid)))
    assert any("told before your own" in one["sentence"] for one in planned.effects)
    assert "from-the-template" not in str(planned.effects)
    instance = deployed(cloud, stranger, template=template.uuid)
    assert (told(instance), instance.guest_text) == (TEXT, "")
    with pytest.raises(NotFound):
        link(stranger, template, kept)


def test_only_what_the_templates_account_keeps_can_be_linked(tenant, root, template):
    foreign = make_user_data(account_of(make_caller()))
    for caller in (tenant, root):
        with pytest.raises(NotFound):
            link(caller, template, foreign)
    with pytest.raises(InvalidInput):
        link(tenant, template, make_user_data(account_of(tenant)), "whatever")


def test_what_is_linked_is_not_deleted_until_its_template_is(tenant, template, kept):
    link(tenant, template, kept)
    with pytest.raises(Conflict) as refusal:
        user_data.delete(tenant, kept)
    assert template.name in refusal.value.detail
    run_job(templates.delete(tenant, template))
    assert Template.objects.get(pk=template.pk).state == "deleted"
    user_data.delete(tenant, kept)
    assert not TemplateUserData.objects.exists()
