"""Suites for resources of the REST door.

A test class names its `resource` and makes rows with `make(number)`; the suites that it inherits read the rest from
the declaration, so that a new filter, verb or edit is covered by being declared.
"""

from uuid import uuid4

import pytest

from cloudportal.api.handlers import operations_of
from cloudportal.api.resources import Edit, Remove, Verb
from tests.support import factories
from tests.support.clients import RestClient, counted_queries


class Resourceful:
    """What every suite stands on.

    `resource` is the declaration; `make(number)` makes a row that `reader` may see. `reader`, `writer` and
    `strangers` name personas. `parents()` gives the uuids that stand in the path before the row's own.
    """

    resource = None
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
        raise AssertionError("Say how a row of this resource is made.")

    def parents(self):
        return ()

    def client(self, persona):
        return RestClient(getattr(self.personas, persona))

    @property
    def address(self):
        parents = iter(self.parents())
        parts = self.resource.path.split("/")
        return "/".join(str(next(parents)) if part.startswith("{") else part for part in parts) + "/"

    def address_of(self, row, verb=""):
        return f"{self.address}{row.uuid}/{verb}{'/' if verb else ''}"

    def changes(self, *kinds):
        return [one for one in self.resource.changes if isinstance(one, kinds)]

    def single_operations(self):
        """Everything that can be asked of one row."""
        return [
            one
            for one in operations_of(self.resource)
            if one.path.startswith(f"{self.resource.path}/{{uuid}}/")
        ]

    def ask(self, persona, operation, row):
        verb = operation.name if operation.path.endswith(f"/{operation.name}/") else ""
        return self.client(persona).send(operation.method, self.address_of(row, verb))

    def listed(self, persona, parameters=None):
        answer = self.client(persona).get(self.address, parameters)
        assert answer.status_code == 200, answer.content
        return [one["uuid"] for one in answer.json()["results"]]


class ReadsOwnRows(Resourceful):
    def test_its_reader_finds_the_row_in_the_list(self):
        row = self.make()
        assert str(row.uuid) in self.listed(self.reader)

    def test_its_reader_sees_the_row(self):
        row = self.make()
        answer = self.client(self.reader).get(self.address_of(row))
        assert answer.status_code == 200
        assert answer.json()["uuid"] == str(row.uuid)

    def test_what_has_not_changed_is_not_sent_again(self):
        row = self.make()
        first = self.client(self.reader).get(self.address_of(row))
        again = self.client(self.reader).get(self.address_of(row), If_None_Match=first["ETag"])
        assert (again.status_code, again.content) == (304, b"")

    def test_there_is_no_row_without_its_uuid(self):
        self.make()
        answer = self.client(self.reader).get(f"{self.address}{uuid4()}/")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


class CannotSeeOthers(Resourceful):
    def test_a_stranger_finds_nothing_in_the_list(self):
        row = self.make()
        for stranger in self.strangers:
            answer = self.client(stranger).get(self.address)
            assert str(row.uuid) not in answer.content.decode()

    def test_a_stranger_can_do_nothing_with_the_row(self):
        row = self.make()
        for stranger in self.strangers:
            for operation in self.single_operations():
                answer = self.ask(stranger, operation, row)
                assert answer.status_code in {403, 404}, (stranger, operation.name, answer.content)

    def test_no_filter_widens_what_a_stranger_sees(self):
        row = self.make()
        for stranger in self.strangers:
            for name, value in self.matching(row).items():
                answer = self.client(stranger).get(self.address, {name: value})
                assert str(row.uuid) not in answer.content.decode(), (stranger, name)

    def test_a_strangers_row_looks_like_none(self):
        row = self.make()
        other = type(row)(uuid=uuid4())
        for stranger in self.strangers:
            for operation in self.single_operations():
                real = self.ask(stranger, operation, row)
                invented = self.ask(stranger, operation, other)
                assert real.status_code == invented.status_code
                assert (
                    real.content.replace(str(row.uuid).encode(), str(other.uuid).encode()) == invented.content
                )

    def test_a_stranger_cannot_even_plan(self):
        row = self.make()
        for stranger in self.strangers:
            for operation in [one for one in self.single_operations() if not one.reads]:
                verb = operation.name if operation.path.endswith(f"/{operation.name}/") else ""
                answer = self.client(stranger).send(operation.method, self.address_of(row, verb) + "?plan=1")
                assert answer.status_code in {400, 403, 404}, (stranger, operation.name, answer.content)


class NeedsPermission(Resourceful):
    def test_nobody_gets_in_without_signing_in(self):
        row = self.make()
        for operation in self.single_operations():
            verb = operation.name if operation.path.endswith(f"/{operation.name}/") else ""
            answer = RestClient().send(operation.method, self.address_of(row, verb))
            assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in"), operation.name
        assert RestClient().get(self.address).status_code == 401

    def test_who_may_only_read_changes_nothing(self):
        row = self.make()
        for operation in [one for one in self.single_operations() if not one.reads]:
            answer = self.ask("read_only_admin", operation, row)
            assert (answer.status_code, answer.json()["code"]) == (403, "not-permitted"), operation.name
        for operation in [one for one in operations_of(self.resource) if one.is_create]:
            assert self.client("read_only_admin").post(self.address).status_code == 403, operation.name

    def test_every_operation_names_its_permission(self):
        assert [one.name for one in operations_of(self.resource) if one.action is None] == []


class FiltersByEverything(Resourceful):
    """`matching(row)` gives, for every declared filter, a value that fits the row; `missing` one that does not."""

    missing = {}

    def matching(self, row):
        raise AssertionError("Give each filter a value that fits the row.")

    def test_every_filter_has_a_sample(self):
        names = {one.name for one in self.resource.filters}
        assert set(self.matching(self.make())) == names
        assert set(self.missing) <= names

    def test_every_filter_keeps_what_fits(self):
        row = self.make()
        for name, value in self.matching(row).items():
            assert str(row.uuid) in self.listed(self.reader, {name: value}), name

    def test_every_filter_by_uuid_drops_what_does_not_fit(self):
        self.make()
        for one in [one for one in self.resource.filters if one.kind.format == "uuid"]:
            assert self.listed(self.reader, {one.name: str(uuid4())}) == [], one.name

    def test_the_named_filters_drop_what_does_not_fit(self):
        row = self.make()
        for name, value in self.missing.items():
            assert str(row.uuid) not in self.listed(self.reader, {name: value}), name

    def test_a_value_that_makes_no_sense_is_refused_by_its_name(self):
        for one in self.resource.filters:
            answer = self.client(self.reader).get(self.address, {one.name: "\0"})
            assert (answer.status_code, list(answer.json()["fields"])) == (400, [one.name])

    def test_an_unknown_parameter_is_refused_by_its_name(self):
        for name in ("surely_not_a_filter", "name__startswith", "_connector", "account__domain__path"):
            answer = self.client(self.reader).get(self.address, {name: "x"})
            assert (answer.status_code, answer.json()["code"]) == (400, "unknown-parameter")
            assert list(answer.json()["fields"]) == [name]


class PagesAndOrders(Resourceful):
    def test_pages_hold_every_row_once(self):
        rows = [self.make(number) for number in range(3)]
        client = self.client(self.reader)
        total = client.get(self.address).json()["count"]
        pages = [client.get(self.address, {"page": number, "page_size": 1}) for number in range(1, total + 1)]
        seen = [page.json()["results"][0]["uuid"] for page in pages]
        assert len(seen) == len(set(seen)) == total
        assert {str(row.uuid) for row in rows} <= set(seen)

    def test_every_order_can_be_turned_round(self):
        for number in range(3):
            self.make(number)
        for name in self.resource.orderings:
            up, down = (
                self.listed(self.reader, {"ordering": name}),
                self.listed(self.reader, {"ordering": f"-{name}"}),
            )
            assert set(up) == set(down)
            assert len(up) >= 3

    def test_an_unknown_order_is_refused(self):
        for value in ("surely_not", "pk", "account__role__kind", "-", ""):
            answer = self.client(self.reader).get(self.address, {"ordering": value})
            assert (answer.status_code, list(answer.json()["fields"])) == (400, ["ordering"])

    def test_a_page_that_makes_no_sense_is_refused(self):
        for parameters in (
            {"page": "0"},
            {"page": "x"},
            {"page": "999999"},
            {"page_size": "0"},
            {"page_size": "-1"},
        ):
            answer = self.client(self.reader).get(self.address, parameters)
            assert (answer.status_code, list(answer.json()["fields"])) == (400, list(parameters))

    def test_a_list_asks_the_database_as_often_for_thirty_rows_as_for_three(self):
        few = self.queries_for([self.make(number) for number in range(3)])
        many = self.queries_for([self.make(number) for number in range(3, 30)])
        assert many == few

    def queries_for(self, rows):
        client = self.client(self.reader)
        with counted_queries() as queries:
            answer = client.get(self.address, {"page_size": 500})
        assert answer.status_code == 200
        assert {str(row.uuid) for row in rows} <= {one["uuid"] for one in answer.json()["results"]}
        return len(queries)


class RefusesWrongState(Resourceful):
    """Every verb, edit and removal whose action names states is refused in every other state."""

    # Values that the operation needs to get as far as the state, by its name.
    values = {}

    def test_a_verb_is_refused_in_a_state_where_it_makes_no_sense(self):
        asked = 0
        for change in self.changes(Verb, Edit, Remove):
            for state in self.states_against(change.action):
                row = self.make(asked)
                type(row)._default_manager.filter(pk=row.pk).update(state=state)
                answer = self.change(change, row)
                assert answer.status_code == 409, (change, state, answer.content)
                assert answer.json()["code"] == "wrong-state", (change, state)
                asked += 1
        assert asked > 0

    def states_against(self, action):
        return sorted(self.table.states - set(action.states)) if action.states else []

    def change(self, change, row):
        client = self.client(self.writer)
        if isinstance(change, Edit):
            return client.patch(self.address_of(row), self.values.get("edit"))
        if isinstance(change, Remove):
            return client.delete(self.address_of(row))
        return client.post(self.address_of(row, change.name), self.values.get(change.name))


class AnswersWithJob(Resourceful):
    """Every change that works in the background answers 202 with the job. `ready(change)` makes a row for it."""

    values = {}

    def ready(self, change):
        return self.make()

    def test_work_is_answered_with_its_job(self):
        working = [one for one in self.changes(Verb, Remove) if one.works]
        assert working
        for change in working:
            row = self.ready(change)
            answer = self.start(change, row)
            assert answer.status_code == 202, (change, answer.content)
            job = answer.json()["job"]
            assert job["state"] == "queued"
            assert job["subject_uuid"] == str(row.uuid)
            assert answer["Location"] == f"/api/v1/jobs/{job['uuid']}/"
            assert answer.json()[self.resource.key]["uuid"] == str(row.uuid)
            assert self.client(self.writer).get(f"jobs/{job['uuid']}/").status_code == 200

    def start(self, change, row):
        client = self.client(self.writer)
        if isinstance(change, Remove):
            return client.delete(self.address_of(row))
        return client.post(self.address_of(row, change.name), self.values.get(change.name))
