"""OS types and their categories: which one is meant, who changes them, and when they may go."""

from importlib import import_module

import pytest
from django.apps import apps

from cloudportal.core import plans
from cloudportal.core.errors import Conflict, InvalidInput, NotPermitted
from cloudportal.events.models import Event
from compute.topology.models import OsCategory, OsType
from compute.topology.services import hosts, os_types
from compute.topology.services.os_types import (
    OsCategoryChanges,
    OsCategoryValues,
    OsTypeChanges,
    OsTypeValues,
)
from compute.topology.systems import type_called
from storage.models import Template
from tests.support.factories import make_personas
from tests.support.factories_infra import make_host, make_os_category, make_os_type, make_template

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return make_personas()


@pytest.fixture
def root(people):
    return people.root_admin


@pytest.fixture
def seeded():
    """What every portal begins with."""
    import_module("compute.topology.migrations.0014_seed_os_types").seed(apps, None)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Debian 12", "Debian 12"),
        ("debian 12  (minimal)", "Debian 12"),
        ("Debian 9", "Other Debian"),
        ("linux", "Other Linux"),
        ("Windows Server 2022 Core", "Windows Server 2022"),
        ("windows", "Other Windows"),
        ("Plan 9", "Other"),
        ("Other", "Other"),
    ],
)
def test_the_closest_type_is_meant(seeded, text, name):
    assert type_called(text).name == name


def test_nothing_is_meant_by_no_text(seeded):
    assert type_called(" ") is None


def test_seeding_may_be_repeated_and_takes_over_what_templates_and_hosts_say(seeded):
    template, host = make_template(os_type="debian 12"), make_host(preferred_os="windows")
    count = OsType.objects.count()
    import_module("compute.topology.migrations.0014_seed_os_types").seed(apps, None)
    import_module("storage.migrations.0040_match_systems_of_templates").match(apps, None)
    host.refresh_from_db()
    assert (OsType.objects.count(), host.os_category.name) == (count, "Windows")
    assert Template.objects.get(pk=template.pk).system.name == "Debian 12"


def test_a_root_admin_keeps_the_list_and_each_change_is_written_down(root):
    category = os_types.create_category(root, OsCategoryValues(name="Solaris"))
    row = os_types.create(root, OsTypeValues(name="illumos", category=category.uuid))
    other = os_types.create_category(root, OsCategoryValues(name="Unix"))
    os_types.update(root, row, OsTypeChanges(name="OmniOS", category=other.uuid))
    os_types.update_category(root, category, OsCategoryChanges(name="SunOS"))
    os_types.delete(root, row)
    os_types.delete_category(root, category)
    assert list(Event.objects.order_by("id").values_list("type", flat=True)) == [
        "GUEST.OS.CATEGORY.ADD",
        "GUEST.OS.ADD",
        "GUEST.OS.CATEGORY.ADD",
        "GUEST.OS.UPDATE",
        "GUEST.OS.CATEGORY.UPDATE",
        "GUEST.OS.REMOVE",
        "GUEST.OS.CATEGORY.DELETE",
    ]
    edit = Event.objects.get(type="GUEST.OS.UPDATE")
    assert edit.before == {"name": "illumos", "category": "Solaris"}
    assert edit.after == {"name": "OmniOS", "category": "Unix"}
    names = set(OsCategory.objects.values_list("name", flat=True))
    assert ("Unix" in names, names & {"Solaris", "SunOS"}) == (True, set())


@pytest.mark.parametrize("who", ["read_only_admin", "domain_admin", "user"])
def test_only_root_admins_keep_it(people, who):
    category, row = make_os_category(), make_os_type()
    caller = getattr(people, who)
    for change in (
        lambda: os_types.create_category(caller, OsCategoryValues(name="x")),
        lambda: os_types.create(caller, OsTypeValues(name="x", category=category.uuid)),
        lambda: os_types.update_category(caller, category, OsCategoryChanges(name="x")),
        lambda: os_types.update(caller, row, OsTypeChanges(name="x")),
        lambda: os_types.delete_category(caller, category),
        lambda: os_types.delete(caller, row),
    ):
        with pytest.raises(NotPermitted):
            change()


def test_what_is_named_stays(root):
    row = make_os_type()
    make_template(system=row)
    hosts.update(root, make_host(), hosts.HostChanges(preferred_os=make_os_category("Unix").name))
    for delete, one, noun in (
        (os_types.delete, row, "1 templates"),
        (os_types.delete_category, row.category, "1 OS types"),
        (os_types.delete_category, OsCategory.objects.get(name="Unix"), "1 hosts"),
    ):
        with pytest.raises(Conflict, match=noun):
            delete(root, one)


def test_a_name_is_taken_once_and_is_no_longer_than_the_column(root):
    row = make_os_type()
    with pytest.raises(Conflict):
        os_types.create(root, OsTypeValues(name=row.name, category=row.category.uuid))
    with pytest.raises(InvalidInput):
        os_types.create(root, OsTypeValues(name="x" * 61, category=row.category.uuid))


def test_the_plan_says_what_would_be_added(root):
    category = make_os_category()
    plan = plans.planned(lambda: os_types.create(root, OsTypeValues(name="new", category=category.uuid)))
    assert plan.effects[0]["sentence"] == f"Adds the OS type new to {category.name}."
    assert not OsType.objects.filter(name="new").exists()


def test_a_host_goes_back_to_any_system(root):
    host, category = make_host(), make_os_category()
    assert hosts.update(root, host, hosts.HostChanges(preferred_os=category.name)).os_category == category
    assert hosts.update(root, host, hosts.HostChanges(preferred_os="")).os_category is None
