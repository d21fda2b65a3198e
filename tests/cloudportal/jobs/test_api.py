"""Jobs at the REST door."""

from cloudportal.core import clock
from cloudportal.jobs import services, states
from cloudportal.jobs.api import JOBS
from cloudportal.jobs.models import Job
from cloudportal.jobs.services import Subject
from storage.models import Volume
from tests.support import factories
from tests.support import factories_infra as infra
from tests.support.suites.rest import (
    CannotSeeOthers,
    FiltersByEverything,
    NeedsPermission,
    PagesAndOrders,
    ReadsOwnRows,
    RefusesWrongState,
)


class TestJobs(
    ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders, RefusesWrongState
):
    resource = JOBS
    table = states.JOB
    writer = "domain_admin"
    missing = {
        "kind": "none",
        "state": "done",
        "created_at_from": "2999-01-01T00:00:00Z",
        "created_at_until": "2000-01-01T00:00:00Z",
    }

    def prepare(self):
        self.volume = Volume.objects.create(
            account=factories.account_of(self.personas.user),
            zone=infra.make_zone(),
            name="data",
            size_bytes=1,
        )

    def make(self, number=0):
        return services.submit(self.personas.user, "volume.create", Subject.of(self.volume))

    def matching(self, row):
        return {
            "kind": row.kind,
            "state": "queued",
            "subject": row.subject_uuid,
            "created_at_from": "2000-01-01T00:00:00Z",
            "created_at_until": "2999-01-01T00:00:00Z",
        }

    def test_its_owner_sees_the_steps_and_the_log_without_what_is_for_operators(self):
        row = self.make()
        services.say(row, "It goes on.")
        services.say(row, "Host h1 is slow.", for_operators=True)
        Job.objects.filter(pk=row.pk).update(operator_detail="trace", worker="w1")
        shown = self.client("user").get(self.address_of(row)).json()
        assert [line["sentence"] for line in shown["lines"]] == ["It goes on."]
        assert {"operator_detail", "worker"} & set(shown) == set()
        assert shown["steps"]
        operator = self.client("root_admin").get(self.address_of(row)).json()
        assert len(operator["lines"]) == 2
        assert operator["worker"] == "w1"

    def test_a_step_shows_how_far_it_is(self):
        row = self.make()
        Job.objects.filter(pk=row.pk).update(state="running", lease_until=clock.now())
        shown = self.client("user").get(self.address_of(row)).json()
        assert [step["state"] for step in shown["steps"]][:1] == ["running"]

    def test_an_operator_aborts_a_job_and_its_owner_does_not(self):
        row = self.make()
        assert self.client("user").post(self.address_of(row, "abort")).status_code == 403
        answer = self.client("root_admin").post(self.address_of(row, "abort"))
        assert (answer.status_code, answer.json()["is_abort_requested"]) == (200, True)
