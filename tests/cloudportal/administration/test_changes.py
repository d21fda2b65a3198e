"""Whatever the admin changes, a service changes it: refused as elsewhere, recorded as elsewhere."""

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.urls import reverse

from cloudportal.events.models import Event
from cloudportal.jobs.models import Job
from compute.topology.models import Host, OsCategory, OsType, Region
from tenants.models import Account, Domain, User
from tests.support import factories
from tests.support import factories_infra as infra
from tests.support.admin import browser_of, list_page, page


@pytest.fixture
def personas(db):
    return factories.make_personas()


@pytest.fixture
def browser(personas):
    return browser_of(personas.domain_admin)


@pytest.fixture
def root(personas):
    return browser_of(personas.root_admin)


def errors_of(answer):
    assert answer.status_code == 200, answer.content[:300]
    return answer.context["adminform"].form.errors


def act(browser, row, verb, **values):
    known = {"action": verb, ACTION_CHECKBOX_NAME: [row.pk], **values}
    return browser.post(list_page(type(row)), known)


def said(answer):
    return " ".join(str(one) for one in get_messages(answer.wsgi_request))


def test_a_domain_admin_makes_an_account_with_a_user(browser, personas):
    domain, role = personas.domain, factories.role_named("User")
    made = browser.post(list_page(Account, "add"), {"domain": domain.pk, "name": "acme", "role": role.pk})
    assert made.status_code == 302, errors_of(made)
    account = Account.objects.get(name="acme")
    values = {"account": account.pk, "username": "Ann", "password": factories.PASSWORD, "timezone": "UTC"}
    made = browser.post(list_page(User, "add"), values)
    assert made.status_code == 302, errors_of(made)
    assert User.objects.get(username="ann").check_password(factories.PASSWORD)
    event = Event.objects.get(type="ACCOUNT.CREATE")
    assert (event.door, event.user_name) == ("admin", personas.domain_admin.user_name)
    assert not LogEntry.objects.exists()


def test_only_what_changed_is_changed(browser, personas):
    user = factories.make_user(factories.make_account(personas.domain), email="a@example.org")
    values = {"username": user.username, "email": "b@example.org", "timezone": "UTC"}
    assert browser.post(page(user, "change"), values).status_code == 302
    event = Event.objects.get(type="USER.UPDATE")
    assert (event.before, event.after) == ({"email": "a@example.org"}, {"email": "b@example.org"})


def test_a_refusal_is_told_at_its_field_and_nothing_is_changed(browser, personas):
    taken = factories.make_account(personas.domain)
    values = {"domain": personas.domain.pk, "name": taken.name, "role": taken.role.pk}
    assert "name" in errors_of(browser.post(list_page(Account, "add"), values))
    assert Account.objects.filter(name=taken.name).count() == 1


def test_nobody_gives_a_role_above_their_own(browser, personas):
    role = factories.role_named("Root Admin")
    values = {"domain": personas.domain.pk, "name": "acme", "role": role.pk}
    assert "role" in errors_of(browser.post(list_page(Account, "add"), values))


def test_a_weak_password_is_told_at_its_field(browser, personas):
    account = factories.make_account(personas.domain)
    values = {"account": account.pk, "username": "ann", "password": "short", "timezone": "UTC"}
    assert "password" in errors_of(browser.post(list_page(User, "add"), values))


def test_a_field_that_is_fixed_or_only_shown_is_not_changed(browser, personas):
    account = factories.make_account(personas.domain)
    other = factories.make_domain(personas.domain)
    values = {
        "name": "renamed",
        "role": account.role.pk,
        "domain": other.pk,
        "state": "locked",
        "is_project": "on",
    }
    assert browser.post(page(account, "change"), values).status_code == 302
    account.refresh_from_db()
    assert (account.name, account.domain, account.state, account.is_project) == (
        "renamed",
        personas.domain,
        "enabled",
        False,
    )


def test_a_verb_asks_back_with_its_plan_before_it_acts(browser, personas):
    account = factories.make_account(personas.domain)
    asked = act(browser, account, "disable")
    assert asked.status_code == 200
    assert account.name in asked.content.decode()
    account.refresh_from_db()
    assert account.state == "enabled"
    act(browser, account, "disable", confirmed="yes")
    account.refresh_from_db()
    assert account.state == "disabled"


def test_a_verb_that_is_refused_says_why(browser, personas):
    account = factories.make_account(personas.domain)
    answer = act(browser, account, "enable")
    assert "is enabled" in said(answer)


def test_a_verb_that_the_role_does_not_allow_is_not_there(browser):
    region = Region.objects.create(name="north")
    act(browser, region, "delete_selected", post="yes")
    assert Region.objects.filter(pk=region.pk).exists()


def test_a_domain_is_deleted_by_a_job(browser, personas):
    domain = factories.make_domain(personas.domain)
    act(browser, domain, "delete_if_empty", confirmed="yes")
    domain.refresh_from_db()
    assert domain.state == "removing"
    assert Job.objects.get().kind == "domain.delete"


def test_removing_shows_its_plan_and_is_done_by_the_service(root):
    region = Region.objects.create(name="north")
    assert "Deletes the region north." in root.get(page(region, "delete")).content.decode()
    assert root.post(page(region, "delete"), {"post": "yes"}).status_code == 302
    assert not Region.objects.exists()
    assert Event.objects.filter(type="REGION.DELETE").exists()


def test_operating_systems_are_kept_by_their_services(root):
    root.post(list_page(OsCategory, "add"), {"name": "Plan 9"})
    category = OsCategory.objects.get(name="Plan 9")
    root.post(list_page(OsType, "add"), {"name": "Plan 9 from Bell Labs", "category": category.pk})
    row = OsType.objects.get(category=category)
    other = infra.make_os_type().category
    root.post(page(row, "change"), {"name": "9front", "category": other.pk})
    row.refresh_from_db()
    assert (row.name, row.category) == ("9front", other)
    root.post(page(row, "delete"), {"post": "yes"})
    assert not OsType.objects.filter(pk=row.pk).exists()
    root.post(page(category, "delete"), {"post": "yes"})
    told = set(Event.objects.values_list("type", flat=True))
    assert {"GUEST.OS.ADD", "GUEST.OS.UPDATE", "GUEST.OS.REMOVE", "GUEST.OS.CATEGORY.DELETE"} <= told


def test_what_is_in_use_is_not_removed(root):
    region = infra.make_region()
    zone = infra.make_zone(region)
    shown = root.get(page(region, "delete")).content.decode()
    assert zone.name in shown or "zone" in shown
    root.post(page(region, "delete"), {"post": "yes"})
    assert Region.objects.filter(pk=region.pk).exists()


def test_several_are_removed_together_or_not_at_all(root):
    free, used = infra.make_region(), infra.make_region()
    infra.make_zone(used)
    values = {"action": "delete_selected", ACTION_CHECKBOX_NAME: [free.pk, used.pk], "post": "yes"}
    root.post(list_page(Region), values)
    assert Region.objects.filter(pk__in=[free.pk, used.pk]).count() == 2


def test_a_host_is_added_with_its_secrets_out_of_sight(root):
    cluster = infra.make_cluster()
    settings = infra.place_settings(infra.new_place())
    values = {
        "cluster": cluster.pk,
        "name": "h1",
        "settings": str(settings).replace("'", '"'),
        "tags": '["ssd"]',
        "reserved_memory_mib": 0,
    }
    made = root.post(list_page(Host, "add"), values)
    assert made.status_code == 302, errors_of(made)
    host = Host.objects.get(name="h1")
    assert (host.state, host.tags, Job.objects.get().kind) == ("connecting", ["ssd"], "host.connect")


def test_a_fault_in_a_drivers_setting_is_told(root):
    cluster = infra.make_cluster()
    values = {
        "cluster": cluster.pk,
        "name": "h1",
        "settings": '{"no_such": 1}',
        "tags": "[]",
        "reserved_memory_mib": 0,
    }
    assert "settings" in errors_of(root.post(list_page(Host, "add"), values))


def test_history_is_the_events_that_the_caller_may_see(browser, personas):
    user = factories.make_user(factories.make_account(personas.domain))
    browser.post(
        page(user, "change"), {"username": user.username, "email": "b@example.org", "timezone": "UTC"}
    )
    content = browser.get(page(user, "history")).content.decode()
    assert "USER.UPDATE" in content
    assert personas.domain_admin.user_name in content


def test_who_is_not_signed_in_is_led_to_the_portal_and_back(db):
    factories.make_root_admin("rita", factories.PASSWORD)
    browser = browser_of(None)
    asked = browser.get(reverse("admin:index"), follow=True)
    assert asked.redirect_chain[-1][0].startswith(reverse("portal:sign-in"))
    values = {
        "username": "rita",
        "password": factories.PASSWORD,
        "domain": "",
        "next": reverse("admin:index"),
    }
    inside = browser.post(reverse("portal:sign-in"), values, follow=True)
    assert inside.redirect_chain[-1][0] == reverse("admin:index")
    assert inside.status_code == 200


def test_signing_out_ends_the_session_in_every_door(browser):
    assert browser.get(reverse("admin:index")).status_code == 200
    handed_on = browser.post(reverse("admin:logout"))
    assert (handed_on.status_code, handed_on["Location"]) == (307, reverse("portal:sign-out"))
    browser.post(handed_on["Location"])
    assert browser.get(reverse("admin:index")).status_code == 302


def test_changing_the_own_password_is_the_portals(browser):
    answer = browser.get(reverse("admin:password_change"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("portal:profile-password"))


def test_tenants_are_not_let_in(personas):
    browser = browser_of(personas.user)
    assert browser.get(reverse("admin:index")).status_code == 302
    assert browser.get(reverse("admin:login")).status_code == 403
    assert browser.get(list_page(Domain)).status_code == 302


def test_a_disabled_admin_is_out_at_once(browser, personas):
    assert browser.get(reverse("admin:index")).status_code == 200
    User.objects.filter(pk=personas.domain_admin.user_id).update(state="disabled")
    assert browser.get(reverse("admin:index")).status_code == 302


def test_a_change_needs_its_csrf_token(personas):
    browser = browser_of(personas.root_admin)
    browser.handler.enforce_csrf_checks = True
    assert browser.post(list_page(Region, "add"), {"name": "north"}).status_code == 403
    assert not Region.objects.exists()
