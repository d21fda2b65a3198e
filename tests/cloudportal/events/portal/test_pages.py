"""The pages of events and alerts."""

from datetime import timedelta

from cloudportal.core import clock
from cloudportal.events import alerts, records
from cloudportal.events.models import Alert, Event
from cloudportal.events.portal.alerts import ALERT, ALERTS
from cloudportal.events.portal.events import EVENT, EVENTS
from cloudportal.events.records import About
from tests.support.factories import account_of, numbered
from tests.support.suites.pages import ListsRows, ShowsRow


class Happenings:
    def make(self, number=0):
        owner = account_of(self.personas.user).owner
        about = About("instance", None, numbered("web"), owner.account_uuid, owner.domain_path)
        return records.record(
            self.personas.user, "VM.UPDATE", about, before={"name": "a"}, after={"name": "b"}
        )

    def rename(self, row, name):
        Event.objects.filter(pk=row.pk).update(
            subject_name=name, sentence=name, user_name=name, after={"x": name}
        )


class TestEventList(Happenings, ListsRows):
    page = EVENTS

    def words(self, row):
        return row.subject_name

    def test_it_narrows_to_what_happened_lately(self):
        event = self.make()
        Event.objects.filter(pk=event.pk).update(created_at=clock.now() - timedelta(days=3))
        assert not self.listed(since="day").rows()
        page = self.listed(since="week")
        assert page.rows()
        assert "When: last 7 days" in page.one(class_="chip-chosen").text

    def test_whoever_looks_after_several_accounts_reads_whose_it_was(self):
        event = self.make()
        name = account_of(self.personas.user).name
        Event.objects.filter(pk=event.pk).update(account_name=name)
        assert name in self.listed("domain_admin").rows()[0]
        assert name not in self.listed().rows()[0]


class TestEventPage(Happenings, ShowsRow):
    page = EVENT

    def test_it_shows_what_was_before_and_after(self):
        page = self.shown(self.make())
        assert ["name", "a", "b"] in page.rows()

    def test_it_shows_who_from_where_and_through_which_door(self):
        event = self.make()
        Event.objects.filter(pk=event.pk).update(source_address="192.0.2.9", door="api")
        page = self.shown(event)
        assert self.personas.user.user_name in page.text
        assert "192.0.2.9" in page.text


class Troubles:
    reader = writer = "root_admin"
    strangers = ("user", "domain_admin")

    def make(self, number=0):
        return alerts.raise_alert("host-unreachable", numbered("key"), f"{numbered('node')} does not answer.")

    def rename(self, row, name):
        Alert.objects.filter(pk=row.pk).update(sentence=name, detail=name)


class TestAlertList(Troubles, ListsRows):
    page = ALERTS

    def test_open_ones_are_told_from_cleared_ones(self):
        is_open, cleared = self.make(), self.make()
        alerts.clear(self.personas.root_admin, cleared)
        found = self.listed(state="open")
        assert is_open.sentence in found.text
        assert cleared.sentence not in found.text

    def test_the_menu_and_the_start_page_say_that_something_waits(self):
        alert = self.make()
        page = self.browser("root_admin").get("home")
        assert page.one("nav", class_="menu").one(class_="count").text.startswith("1")
        assert alert.sentence in page.one("main").text
        assert alert.sentence not in self.browser("domain_admin").get("home").source


class TestAlertPage(Troubles, ShowsRow):
    page = ALERT

    def test_clearing_it_takes_it_from_the_open_ones(self):
        alert = self.make()
        page = self.browser("root_admin").post("alert-clear", alert.uuid)
        assert page.notices == ["The alert is cleared."]
        assert not Alert.objects.get(pk=alert.pk).is_open
