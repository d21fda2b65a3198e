"""A domain admin never sees, changes or chooses a row outside their subtree, whatever page they ask."""

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse

from cloudportal.administration.scoped import RootAdmin, ScopedAdmin
from cloudportal.core.secrets import EncryptedField
from tests.support import factories
from tests.support.admin import admin_of, browser_of, list_page, page, rows_of

ADMINS = [one for one in admin.site._registry.values() if isinstance(one, ScopedAdmin)]
FILTERED_RELATIONS = [
    (one, str(name)) for one in ADMINS for name in one.list_filter if one.opts.get_field(name).is_relation
]
HASHES = {"password", "digest", "token_hash", "session_salt", "sealed", "sealed_token", "secret", "secrets"}


@pytest.fixture
def personas(db):
    return factories.make_personas()


@pytest.fixture
def browser(personas):
    return browser_of(personas.domain_admin)


@pytest.fixture
def own(personas):
    return rows_of(factories.make_domain(personas.domain))


@pytest.fixture
def foreign(personas):
    return rows_of(personas.other_domain)


def test_every_page_of_the_admin_is_scoped():
    assert len(ADMINS) > 25
    assert [one for one in admin.site._registry.values() if not isinstance(one, ScopedAdmin)] == []


def test_a_domain_admin_sees_what_is_theirs(browser, own):
    for row in own:
        assert browser.get(page(row, "change")).status_code == 200, row
        assert str(row.pk) in listed(browser, row), row


def test_a_domain_admin_finds_nothing_foreign_in_a_list(browser, own, foreign):
    for row in foreign:
        assert str(row.pk) not in listed(browser, row), row


def listed(browser, row):
    answer = browser.get(list_page(type(row)))
    assert answer.status_code == 200, (row, answer.content[:500])
    return {str(one.pk) for one in answer.context["cl"].queryset}


@pytest.mark.parametrize("name", ["change", "delete", "history"])
def test_a_foreign_row_has_no_page(browser, own, foreign, name):
    for row in foreign:
        answer = browser.get(page(row, name))
        assert answer.status_code in {302, 403}, (row, name)
        assert str(row) not in answer.content.decode()


def test_a_foreign_row_looks_like_none(browser, own, foreign):
    for row in foreign:
        real = browser.get(page(row, "change"))
        invented = browser.get(page(type(row)(pk=10**9), "change"))
        assert (real.status_code, real.get("Location")) == (invented.status_code, invented.get("Location")), (
            row
        )


def test_a_foreign_row_cannot_be_saved(browser, own, foreign):
    for row in foreign:
        before = type(row)._base_manager.filter(pk=row.pk).values().get()
        answer = browser.post(page(row, "change"), {"name": "taken-over", "username": "taken-over"})
        assert answer.status_code in {302, 403}, row
        assert type(row)._base_manager.filter(pk=row.pk).values().get() == before


def test_a_foreign_row_cannot_be_removed(browser, own, foreign):
    for row in foreign:
        answer = browser.post(page(row, "delete"), {"post": "yes"})
        assert answer.status_code in {302, 403}, row
        assert type(row)._base_manager.filter(pk=row.pk).exists()


def test_no_verb_reaches_a_foreign_row(browser, own, foreign):
    for row in foreign:
        before = type(row)._base_manager.filter(pk=row.pk).values().get()
        for verb in [*admin_of(type(row)).verbs]:
            values = {"action": verb.name, ACTION_CHECKBOX_NAME: [row.pk], "confirmed": "yes"}
            browser.post(list_page(type(row)), values)
        values = {"action": "delete_selected", ACTION_CHECKBOX_NAME: [row.pk], "post": "yes"}
        browser.post(list_page(type(row)), values)
        assert type(row)._base_manager.filter(pk=row.pk).values().get() == before, row


def test_a_choice_of_another_row_offers_only_own_ones(personas, browser, own, foreign):
    for one in [one for one in ADMINS if one.has_add_permission(asked_by(browser))]:
        for name, field in form_of(browser, one).fields.items():
            chosen = getattr(field, "queryset", None)
            offered = set() if chosen is None else set(chosen)
            assert not offered & set(foreign), (one, name)


def asked_by(browser):
    return browser.get(reverse("admin:index")).wsgi_request


def form_of(browser, one):
    answer = browser.get(list_page(one.model, "add"))
    assert answer.status_code == 200, one
    return answer.context["adminform"].form


def test_a_foreign_choice_that_was_not_offered_is_refused(browser, own, foreign):
    account = next(row for row in foreign if row._meta.model_name == "account")
    values = {"account": account.pk, "username": "spy", "timezone": "UTC"}
    answer = browser.post(list_page(factories.User, "add"), values)
    assert "account" in answer.context["adminform"].form.errors
    assert not factories.User.objects.filter(username="spy").exists()


def test_completing_a_name_finds_own_rows_only(browser, own, foreign):
    answer = browser.get(
        reverse("admin:autocomplete"),
        {"term": "account", "app_label": "tenants", "model_name": "user", "field_name": "account"},
    )
    found = {one["id"] for one in answer.json()["results"]}
    theirs = {str(row.pk) for row in foreign if row._meta.model_name == "account"}
    ours = {str(row.pk) for row in own if row._meta.model_name == "account"}
    assert ours <= found
    assert not found & theirs


def test_filters_offer_own_rows_only(browser, own, foreign):
    for row in own:
        answer = browser.get(list_page(type(row)))
        names = {one.name for one in foreign if one._meta.model_name in {"domain", "account", "project"}}
        assert not any(name in answer.content.decode() for name in names), row


def test_no_lookup_can_be_typed_into_the_address(browser, own):
    user = next(row for row in own if row._meta.model_name == "user")
    for lookup in ("password__startswith", "session_salt", "account__domain__path__startswith", "id__gt"):
        answer = browser.get(list_page(type(user)), {lookup: "a"})
        assert answer.status_code == 400 or "e=1" in answer.get("Location", ""), lookup


def test_no_filter_leads_on_to_the_password_of_somebody_else(browser, own, personas):
    address = list_page(factories.User)
    foreign = factories.User.objects.get(pk=personas.root_admin.user_id)
    for start in (foreign.password[:3], "x"):
        lookups = {
            "domain__parent__users__username": foreign.username,
            "domain__parent__users__password__startswith": start,
        }
        assert browser.get(address, lookups).status_code == 400


def test_no_filter_leads_past_the_row_that_it_names(personas, own):
    root = browser_of(personas.root_admin)
    for one, name in FILTERED_RELATIONS:
        field = one.opts.get_field(name)
        back = f"{name}__{field.related_query_name()}__pk"
        for lookup in (f"{name}__pk__gt", f"{name}__pk", f"{name}__uuid__startswith", back, f"{back}__gt"):
            assert root.get(list_page(one.model), {lookup: "0"}).status_code == 400, (one, lookup)


def test_a_plain_filter_asks_for_whole_values(personas, own):
    root = browser_of(personas.root_admin)
    for one, name in [(kind, str(name)) for kind in ADMINS for name in kind.list_filter]:
        for lookup in ("startswith", "gt", "regex", "contains", "in", "pk"):
            answer = root.get(list_page(one.model), {f"{name}__{lookup}": "0"})
            assert answer.status_code == 400, (one, name, lookup)


def test_every_filter_that_a_list_offers_works(personas, own):
    root, followed = browser_of(personas.root_admin), set()
    for one in ADMINS:
        for filtered, link in offered(root, one):
            answer = root.get(list_page(one.model) + link)
            assert answer.status_code == 200, (one, link, answer.get("Location"))
            followed.add((one, filtered))
    assert {
        (one, str(name)) for one in ADMINS for name in one.list_filter if one.opts.get_field(name).choices
    } <= (followed)


def offered(browser, one):
    """The name of the filter and the link, of each link of each filter that the list shows."""
    page_of_it = browser.get(list_page(one.model)).context["cl"]
    for spec in page_of_it.filter_specs:
        for choice in spec.choices(page_of_it):
            yield spec.field_path, choice["query_string"]


@pytest.mark.parametrize(
    "model", sorted({one.model.__name__ for one in ADMINS if isinstance(one, RootAdmin)})
)
def test_bookkeeping_is_for_root_admins(browser, model):
    found = next(one.model for one in ADMINS if one.model.__name__ == model)
    assert browser.get(list_page(found)).status_code == 403


def test_infrastructure_is_for_root_admins(browser, personas):
    root = browser_of(personas.root_admin)
    for name in ("host", "cluster", "pod", "pool", "alert"):
        model = next(one.model for one in ADMINS if one.model._meta.model_name == name)
        assert browser.get(list_page(model)).status_code == 403, name
        assert root.get(list_page(model)).status_code == 200, name


def test_a_root_admin_sees_everything(personas, own, foreign):
    root = browser_of(personas.root_admin)
    for row in [*own, *foreign]:
        assert root.get(page(row, "change")).status_code == 200, row


def test_a_read_only_admin_changes_nothing(personas, own):
    browser = browser_of(personas.read_only_admin)
    for row in own:
        assert browser.get(page(row, "change")).status_code == 200, row
        assert browser.post(page(row, "change"), {}).status_code == 403, row
        assert browser.post(page(row, "delete"), {"post": "yes"}).status_code == 403, row
        assert set(browser.get(list_page(type(row))).context["action_form"] or {}) <= {"action"}


def test_no_secret_and_no_hash_has_a_field():
    for one in ADMINS:
        names = {*map(str, one.fields or ()), *one.shown, *map(str, one.list_display)}
        write_only = set(getattr(one.form, "write_only", ()))
        secret = {f.name for f in one.model._meta.fields if isinstance(f, EncryptedField)} | HASHES
        assert not (names & secret) - write_only, one


def test_no_secret_is_on_any_page(personas, own):
    root = browser_of(personas.root_admin)
    for row in own:
        content = root.get(page(row, "change")).content.decode()
        assert "hunter2" not in content
        assert "argon2" not in content


def test_a_domain_above_is_not_named_on_the_pages_of_those_below(personas):
    top = factories.make_domain(name="hidden-holding")
    own = factories.make_domain(top, "own-domain")
    below = factories.make_domain(own, "below-own")
    admin_below = browser_of(factories.make_caller(own, "Domain Admin"))
    for address in (list_page(type(own)), page(own, "change"), page(below, "change")):
        answer = admin_below.get(address)
        assert answer.status_code == 200
        assert "hidden-holding" not in answer.content.decode()
    assert "own-domain" in admin_below.get(page(below, "change")).content.decode()
    assert "hidden-holding" in browser_of(personas.root_admin).get(page(own, "change")).content.decode()
