"""The admin door in tests: a browser with the session of one caller, and rows of two domains side by side."""

from datetime import timedelta

from django.contrib import admin
from django.test import Client
from django.urls import reverse

from cloudportal.core import clock
from cloudportal.events import meters, records
from cloudportal.events.models import Event
from cloudportal.jobs.models import Job
from compute.models import Instance
from networking.models import Address, Network
from storage.models import Template, Volume
from tenants.models import DirectoryServer, Invitation, User
from tenants.services import credentials, directory_mappings, invitations, projects
from tenants.services.credentials import NewToken
from tenants.services.directory_mappings import MappingValues
from tenants.services.projects import NewProject
from tests.support import factories
from tests.support import factories_infra as infra
from tests.support.factories_compute import make_offering
from usage import ledger
from usage.models import UsageInterval

BACKEND = "tenants.authentication.LocalPasswords"


def browser_of(caller):
    """A browser in which the caller is signed in."""
    browser = Client(raise_request_exception=False)
    if caller is not None:
        browser.force_login(User.objects.get(pk=caller.user_id), backend=BACKEND)
    return browser


def page(row, name):
    """The address of a row's page: change, delete or history."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{name}", args=[row.pk])


def list_page(model, name="changelist"):
    """The address of a model's list, or of its add page."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}")


def admin_of(model):
    """The model's page in the admin."""
    return admin.site._registry[model]


def rows_of(domain):
    """One row of every kind that a domain can own, all told apart by their names."""
    user = factories.make_user(factories.make_account(domain), email=f"{factories.numbered('u')}@example.org")
    caller, account = factories.caller(user), user.account
    zone = infra.make_zone()
    named = factories.numbered
    network = Network.objects.create(
        account=account,
        zone=zone,
        name=named("network"),
        driver="simulator",
        cidr="10.3.0.0/24",
        gateway="10.3.0.1",
    )
    ip = f"10.3.0.{account.pk % 200 + 10}"
    address = Address.objects.create(
        network=network, account=account, ip=ip, number=account.pk, state="taken"
    )
    template = Template.objects.create(account=account, name=named("template"), state="ready")
    volume = Volume.objects.create(
        account=account, zone=zone, name=named("volume"), size_bytes=1, state="ready"
    )
    instance = Instance.objects.create(
        account=account,
        zone=zone,
        offering=make_offering(),
        name=named("vm"),
        state="stopped",
        cpus=1,
        cpu_mhz=1000,
        memory_mib=512,
    )
    return [
        domain,
        account,
        user,
        network,
        address,
        template,
        volume,
        instance,
        *_of_people(caller, user),
        *_of_directories(domain, account),
        *_of_records(caller, volume),
    ]


def _of_people(caller, user):
    project = projects.create(caller, NewProject(factories.numbered("project")))
    sent = invitations.invite(caller, project, email=f"{factories.numbered('guest')}@example.org")
    token = NewToken(factories.numbered("token"), ["instance.*"], clock.now() + timedelta(hours=1))
    return [
        project,
        Invitation.objects.get(pk=sent.pk),
        credentials.create_api_key(caller, user, factories.numbered("key")).row,
        credentials.create_token(caller, user, token).row,
    ]


def _of_directories(domain, account):
    server = DirectoryServer.objects.create(
        name=factories.numbered("directory"),
        domain=domain,
        uris=["ldaps://ldap.example.org"],
        group_base="dc=example,dc=org",
        bind_password="hunter2",
    )
    root = factories.caller(factories.make_root_admin())
    values = MappingValues(
        group_dn=f"cn={factories.numbered('group')},dc=example,dc=org", account_uuid=account.uuid
    )
    return [server, directory_mappings.create(root, server, values)]


def _of_records(caller, volume):
    owner = factories.account_of(caller).owner
    records.record(
        caller, "VOLUME.CREATE", records.About.of(volume, owner), sentence=f"Creates {volume.name}."
    )
    meters.start(meters.VOLUME, volume, owner, {"bytes": 1})
    ledger.fold()
    return [
        Event.objects.get(subject_uuid=volume.uuid),
        Job.objects.filter(account_uuid=owner.account_uuid).first(),
        UsageInterval.objects.get(subject_uuid=volume.uuid),
    ]
