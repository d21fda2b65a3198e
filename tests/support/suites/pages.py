"""Suites for declared pages.

A test class names its `page` and makes rows with `make(number)`; what it inherits is read from the declaration, so
that a new column, filter, button or field is covered by being declared.
"""

from uuid import uuid4

import pytest

from cloudportal.portal.buttons import RowAction
from tests.support import factories
from tests.support.clients import counted_queries
from tests.support.pages import HOSTILE, Page, PageClient

SIGN_IN = "/sign-in/"


class Paged:
    """What every suite stands on. `reader`, `writer` and `strangers` name personas; `make(number)` a row of theirs."""

    page = None
    reader = "user"
    writer = "user"
    strangers = ("neighbour", "other_domain_admin")

    @pytest.fixture(autouse=True)
    def world(self, db):
        self.personas = factories.make_personas()
        self.prepare()

    def prepare(self):
        """Makes what the rows need."""

    def make(self, number=0):
        raise AssertionError("Say how a row of this page is made.")

    def rename(self, row, name):
        """Gives the row a name that no service would take."""
        type(row).objects.filter(pk=row.pk).update(name=name)

    def browser(self, persona):
        return PageClient(getattr(self.personas, persona))


class ListsRows(Paged):
    """For a ListPage."""

    def listed(self, persona=None, **query):
        return self.browser(persona or self.reader).get(self.page.route, **query)

    def words(self, row):
        """What the row is recognised by."""
        return str(row)

    def test_the_list_shows_its_readers_row(self):
        row = self.make()
        assert self.words(row) in self.listed().text

    def test_a_stranger_does_not_find_it(self):
        row = self.make()
        for stranger in self.strangers:
            assert self.words(row) not in self.browser(stranger).get(self.page.route).text

    def test_whoever_is_not_signed_in_is_sent_to_do_so_and_back(self, client):
        answer = PageClient().ask(self.page.route)
        assert answer.status_code == 302
        assert answer["Location"] == f"{SIGN_IN}?next=%2F{self.page.path.replace('/', '%2F')}"
        assert not answer.cookies.get("sessionid")

    def test_a_hostile_name_is_only_words(self):
        row = self.make()
        self.rename(row, HOSTILE)
        page = self.listed()
        assert "alert('h')" in page.text
        assert not [one for one in page.all("script") if not one["src"]]
        assert not page.all("img", src="x")

    def test_words_find_and_leave_out(self):
        row = self.make()
        words = self.words(row)
        assert words in self.listed(q=words).text
        assert not self.listed(q="no such thing anywhere").rows()

    def test_its_id_finds_it(self):
        row = self.make()
        assert len(self.listed(q=str(row.uuid)).rows()) == 1

    def test_hostile_words_are_harmless(self):
        self.make()
        page = self.listed(q=HOSTILE)
        assert page.field("q")["value"] == HOSTILE[:100]
        assert not [one for one in page.all("script") if not one["src"]]

    def test_every_filter_takes_a_chip_and_an_unknown_value_finds_nothing(self):
        self.make()
        for one in self.page.filters:
            page = self.listed(**{one.name: "no-such-value"})
            assert not page.rows(), one.name
            assert page.all(class_="chip-chosen"), one.name

    def test_every_choice_of_every_filter_answers(self):
        self.make()
        caller = getattr(self.personas, self.reader)
        for one in [declared for declared in self.page.filters if declared.choices]:
            for value, _ in one.choices(caller):
                assert self.listed(**{one.name: value}).status == 200, (one.name, value)
        for one in [declared for declared in self.page.filters if not declared.choices]:
            assert not self.listed(**{one.name: str(uuid4())}).rows(), one.name

    def test_every_column_that_says_so_sorts_both_ways(self):
        self.make(1), self.make(2)
        for one in [column for column in self.page.columns if column.sort]:
            up, down = self.listed(sort=one.name), self.listed(sort=f"-{one.name}")
            assert (up.status, down.status) == (200, 200), one.name
            shown = [head for head in up.all("th", scope="col") if head["aria-sort"]]
            assert len(shown) <= 1, one.name

    def test_pages_are_of_a_bounded_size(self):
        self.make()
        assert self.listed(size="100000").status == 200
        assert self.listed(page="999999").rows()
        assert self.listed(page="x", sort="password", size="-1").status == 200

    def test_more_rows_need_no_more_queries(self):
        browser = self.browser(self.reader)
        self.make(0), self.make(1)
        browser.get(self.page.route)
        with counted_queries() as few:
            browser.get(self.page.route)
        for number in range(2, 7):
            self.make(number)
        with counted_queries() as many:
            browser.get(self.page.route)
        assert len(many) == len(few), "\n".join(one["sql"][:200] for one in many.captured_queries)

    def test_every_cell_names_its_column_for_phones(self):
        self.make()
        page = self.listed()
        cells = [cell for line in page.all("tr") for cell in line.all("td")]
        assert cells
        assert all(cell["data-label"] for cell in cells)
        assert all(head.text for head in page.all("th", scope="col"))


class ShowsRow(Paged):
    """For a DetailPage."""

    def shown(self, row, persona=None):
        return self.browser(persona or self.reader).get(self.page.route, row.uuid)

    def actions(self):
        return [one for one in self.page.buttons if isinstance(one, RowAction)]

    def test_the_page_shows_the_row(self):
        row = self.make()
        page = self.shown(row)
        assert page.status == 200
        assert self.page.title(row) in page.title

    invented = str(uuid4())

    def test_a_stranger_is_told_that_there_is_nothing(self):
        row = self.make()
        for stranger in self.strangers:
            found, invented = (
                self.shown(row, stranger),
                self.browser(stranger).get(self.page.route, self.invented),
            )
            assert found.status == invented.status
            assert found.status in (403, 404), stranger
            assert found.one("main").text.replace(str(row.uuid), "") == invented.one("main").text.replace(
                self.invented, ""
            )

    def test_a_stranger_can_do_nothing_to_it(self):
        row = self.make()
        for stranger in self.strangers:
            for one in self.actions():
                route = f"{self.page.route}-{one.action.verb}"
                assert self.browser(stranger).ask(route, row.uuid).status_code in (403, 404), one.action.name
                answer = self.browser(stranger).send(route, row.uuid, agreed="")
                assert answer.status_code in (403, 404), one.action.name

    def test_whoever_is_not_signed_in_does_nothing(self):
        row = self.make()
        assert PageClient().ask(self.page.route, row.uuid)["Location"].startswith(SIGN_IN)
        for one in self.actions():
            answer = PageClient().send(f"{self.page.route}-{one.action.verb}", row.uuid, agreed="")
            assert answer["Location"].startswith(SIGN_IN), one.action.name

    def test_a_hostile_name_is_only_words(self):
        row = self.make()
        self.rename(row, HOSTILE)
        page = self.shown(row)
        assert "alert('h')" in page.text
        assert not [one for one in page.all("script") if not one["src"]]
        assert not page.all("img", src="x")

    def test_buttons_are_hidden_from_those_who_may_only_look(self):
        row = self.make()
        page = self.shown(row, "read_only_admin")
        assert page.status == 200
        assert not page.one("main").all("form", method="post")
        for one in self.page.buttons:
            assert page.one("main").all("button", name=one.action.verb) == []

    def test_those_who_may_only_look_cannot_act_either(self):
        row = self.make()
        for one in self.actions():
            answer = self.browser("read_only_admin").send(
                f"{self.page.route}-{one.action.verb}", row.uuid, agreed=""
            )
            assert answer.status_code in (403, 404), one.action.name

    def test_what_the_state_forbids_is_shown_with_the_reason(self):
        row = self.make()
        page = self.shown(row, self.writer)
        refused = [one for one in self.page.buttons if one.button(self.caller, row, self.page.route)]
        refused = [one.button(self.caller, row, self.page.route) for one in refused]
        for button in [one for one in refused if not one.is_enabled]:
            shown = [one for one in page.all("button") if one["aria-describedby"] == f"why-{button.name}"]
            assert len(shown) == 1, button.name
            assert shown[0]["disabled"] is not None
            assert button.reason in page.one(id=f"why-{button.name}").text

    @property
    def caller(self):
        return getattr(self.personas, self.writer)

    def test_looking_at_a_question_changes_nothing(self):
        row = self.make()
        before = type(row).objects.values().get(pk=row.pk)
        for one in self.actions():
            self.browser(self.writer).get(f"{self.page.route}-{one.action.verb}", row.uuid)
        assert type(row).objects.values().get(pk=row.pk) == before

    def test_dangerous_actions_are_not_done_without_being_asked_for_twice(self):
        row = self.make()
        before = type(row).objects.values().get(pk=row.pk)
        for one in [declared for declared in self.actions() if declared.asks_first]:
            answer = self.browser(self.writer).send(f"{self.page.route}-{one.action.verb}", row.uuid)
            assert answer.status_code in (200, 403, 404), one.action.name
        assert type(row).objects.values().get(pk=row.pk) == before

    def test_the_question_names_the_thing_and_leads_back(self):
        row = self.make()
        for one in [declared for declared in self.actions() if declared.asks_first]:
            page = self.browser(self.writer).get(f"{self.page.route}-{one.action.verb}", row.uuid)
            if_shown = [page] if page.status == 200 else []
            assert all(self.page.title(row) in asked.title for asked in if_shown)
            assert all(self.page.address(row) in asked.links for asked in if_shown)


class FillsForm(Paged):
    """For a FormPage. `parts()` are the address's; `values()` what makes it succeed; `stranger` may not even look."""

    nobody = "read_only_admin"

    def parts(self):
        return ()

    def values(self):
        raise AssertionError("Say what to fill in.")

    def check(self, page):
        raise AssertionError("Say what is true afterwards.")

    def opened(self, persona=None, **query):
        return self.browser(persona or self.writer).get(self.page.route, *self.parts(), **query)

    def sent(self, **values):
        return self.browser(self.writer).post(self.page.route, *self.parts(), **values)

    def test_every_field_has_a_label(self):
        page = self.opened()
        assert page.status == 200
        form = next(one for one in page.one("main").all("form") if one["method"] == "post")
        labelled = {one["for"] for one in form.all("label")} | {
            inner["id"] for one in form.all("label") for inner in one.all("input")
        }
        fields = [one for tag in ("input", "select", "textarea") for one in form.all(tag)]
        fields = [one for one in fields if one["type"] != "hidden"]
        assert fields
        assert all(one["id"] in labelled for one in fields), [one["name"] for one in fields]

    def test_it_carries_a_token_and_is_refused_without(self):
        assert self.opened().all("input", name="csrfmiddlewaretoken")
        browser = self.browser(self.writer)
        browser.client.handler.enforce_csrf_checks = True
        answer = browser.send(self.page.route, *self.parts(), **self.values())
        assert answer.status_code == 403
        assert "This form has expired" in Page(answer).title

    def test_those_who_may_not_cannot_open_it(self):
        answer = self.browser(self.nobody).ask(self.page.route, *self.parts())
        assert answer.status_code in (403, 404)
        assert self.browser(self.nobody).send(
            self.page.route, *self.parts(), **self.values()
        ).status_code in (403, 404)

    def test_filled_in_it_does_what_it_says(self):
        page = self.sent(**self.values())
        assert page.status in (200, 201), page.text
        assert not page.all(class_="errorlist"), page.text
        self.check(page)

    def required(self):
        """Names of fields that must be filled in."""
        return [one["name"] for one in self.opened().walk() if one["required"] is not None and one["name"]]

    def test_what_is_missing_is_said_beside_its_field_and_the_rest_is_kept(self):
        for name in dict.fromkeys(self.required()):
            values = {**self.values(), name: ""}
            page = self.sent(**values)
            assert page.status == 400, name
            assert page.all(class_="is-faulty"), name
            faulty = [one for one in page.walk() if one["name"] == name and one["aria-invalid"] == "true"]
            assert faulty, name
            assert page.all(id=f"id_{name}_error"), name
