"""Themes: which is worn, whose files come first, and that none leaks into another's pages."""

import shutil
import threading

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory

from cloudportal.portal import themes
from tenants.models import SettingValue
from tenants.portal.themes import THEME
from tenants.queries.settings import domain_key
from tests.support import factories
from tests.support.pages import PageClient


@pytest.fixture
def folders(tmp_path, settings):
    """The product's templates and static files, with the themes `sunny` and `rainy` beside them."""
    templates, static = tmp_path / "templates", tmp_path / "static"
    for name in ("sunny", "rainy"):
        (templates / "themes" / name / "portal").mkdir(parents=True)
        (static / "themes" / name).mkdir(parents=True)
        (templates / "themes" / name / "portal" / "brand_name.html").write_text(f"The {name} cloud")
        (static / "themes" / name / "tokens.css").write_text(":root { --accent: gold; }")
    place = django_settings.TEMPLATES[0]
    settings.TEMPLATES = [{**place, "DIRS": [templates, *place["DIRS"]]}]
    settings.STATICFILES_DIRS = [static, *django_settings.STATICFILES_DIRS]
    finders.get_finder.cache_clear()
    yield templates
    finders.get_finder.cache_clear()
    shutil.rmtree(tmp_path)


def title(theme):
    with themes.wearing(lambda: theme):
        return render_to_string("portal/brand_name.html")


def test_a_themes_file_comes_before_the_default_of_the_same_name(folders):
    assert title("sunny") == "The sunny cloud"
    assert title("default") == "Cloud portal"


def test_what_a_theme_lacks_is_the_defaults(folders):
    with themes.wearing(lambda: "sunny"):
        assert "Skip" not in render_to_string("portal/notices.html")


def test_a_themes_file_may_extend_the_default_of_the_same_name(folders):
    page = folders / "themes" / "sunny" / "portal" / "alone.html"
    page.write_text('{% extends "portal/alone.html" %}{% block content %}Sunny{% endblock %}')
    with themes.wearing(lambda: "sunny"):
        made = render_to_string("portal/alone.html", {"page_title": "x"})
    assert "Sunny" in made
    assert "The sunny cloud" in made
    assert "<!doctype html>" in made


def test_cached_templates_are_kept_apart(folders):
    assert [title(one) for one in ("sunny", "rainy", "default", "sunny")] == [
        "The sunny cloud",
        "The rainy cloud",
        "Cloud portal",
        "The sunny cloud",
    ]


def test_threads_do_not_share_a_theme(folders):
    seen, both = {}, threading.Barrier(2)

    def wear(name):
        with themes.wearing(lambda: name):
            both.wait(5)
            seen[name] = render_to_string("portal/brand_name.html")

    threads = [threading.Thread(target=wear, args=(name,)) for name in ("sunny", "rainy")]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert seen == {"sunny": "The sunny cloud", "rainy": "The rainy cloud"}


def test_the_chooser_is_asked_once_and_only_when_something_is_shown():
    asked = []
    with themes.wearing(lambda: asked.append(1) or "default"):
        assert asked == []
        themes.current(), themes.current()
        assert asked == [1]
    assert themes.current() == "default"


@pytest.mark.parametrize("name", ["../../etc", "sunny/..", "", "Sunny", "no-such", ".", "a" * 80])
def test_only_themes_that_are_there_can_be_worn(folders, name):
    assert not themes.is_there(name)


def test_the_host_name_chooses_for_whoever_is_not_signed_in(folders, settings):
    settings.THEME_HOSTS = ["sunny.example=sunny", "rainy.example=rainy"]
    settings.ALLOWED_HOSTS = ["*"]
    asked = RequestFactory().get("/", headers={"host": "rainy.example:8000"})
    assert themes.theme_of(asked) == "rainy"
    assert themes.theme_of(RequestFactory().get("/", headers={"host": "other.example"})) == "default"


def test_every_theme_of_the_product_is_found():
    assert "harbour" in themes.names()
    assert themes.has_tokens("harbour")


@pytest.mark.django_db
class TestByDomain:
    @pytest.fixture(autouse=True)
    def personas(self, folders):
        self.who = factories.make_personas()
        SettingValue.objects.create(name=THEME.name, key=domain_key(self.who.domain.pk), value="sunny")

    def brand(self, caller):
        return PageClient(caller).get("home").one("aside", id="menu").one("a", class_="brand").text

    def test_everybody_in_the_domain_sees_it_and_nobody_else(self):
        assert self.brand(self.who.user) == "The sunny cloud"
        assert self.brand(self.who.other_domain_admin) == "Cloud portal"
        assert self.brand(self.who.root_admin) == "Cloud portal"

    def test_domains_below_inherit_it(self):
        below = factories.make_caller(factories.make_domain(self.who.domain))
        assert self.brand(below) == "The sunny cloud"

    def test_a_nearer_one_counts_more(self):
        below = factories.make_domain(self.who.domain)
        SettingValue.objects.create(name=THEME.name, key=domain_key(below.pk), value="rainy")
        assert self.brand(factories.make_caller(below)) == "The rainy cloud"

    def test_its_tokens_are_loaded_after_the_defaults(self):
        page = PageClient(self.who.user).get("home")
        sheets = [one["href"] for one in page.all("link", rel="stylesheet")]
        assert sheets[:2] == ["/static/css/tokens.css", "/static/themes/sunny/tokens.css"]

    def test_a_theme_that_was_taken_away_leaves_the_default(self, folders):
        SettingValue.objects.update(value="gone")
        assert self.brand(self.who.user) == "Cloud portal"

    def test_error_pages_wear_it_too(self):
        page = PageClient(self.who.user).open("/no/such/page/")
        assert page.status == 404
        assert "The sunny cloud" in page.text
