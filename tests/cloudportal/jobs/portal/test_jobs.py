"""The pages of jobs, and the progress that other pages show of theirs."""

from datetime import timedelta

from cloudportal.core import clock
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.jobs import runner
from cloudportal.jobs.models import Job, JobLine
from cloudportal.jobs.portal.pages import JOB, JOBS
from cloudportal.jobs.portal.progress import progress_of
from compute.models import Instance
from compute.services import instances
from tenants.models import User
from tests.support import factories
from tests.support.factories_compute import failed, fresh, make_cloud, submit_deployment
from tests.support.jobs import run_job, run_jobs
from tests.support.pages import Page, PageClient
from tests.support.suites.pages import ListsRows, ShowsRow


class Deployments:
    writer = "domain_admin"

    def prepare(self):
        self.cloud = make_cloud()

    def make(self, number=0):
        return submit_deployment(self.cloud, self.personas.user)[1]

    def rename(self, row, name):
        Job.objects.filter(pk=row.pk).update(subject_name=name, message=name)


class TestJobList(Deployments, ListsRows):
    page = JOBS

    def words(self, row):
        return row.subject_name

    def test_it_links_to_what_a_job_is_about(self):
        job = self.make()
        assert f"/instances/{job.subject_uuid}/" in self.listed().links

    def test_it_looks_again_while_one_is_at_work(self):
        self.make()
        assert self.listed().all(id="look-again")
        run_jobs()
        assert not self.listed().all(id="look-again")

    def test_it_narrows_to_what_a_job_does_in_its_own_words(self):
        job = self.make()
        instance = Instance.objects.get(uuid=job.subject_uuid)
        run_jobs()
        instances.stop(self.personas.user, fresh(instance))
        assert len(self.listed().rows()) == 2
        page = self.listed(kind="instance.stop")
        assert [row[0] for row in page.rows()] == ["Stopping the instance"]
        assert "Job: Stopping the instance" in page.one(class_="chip-chosen").text

    def test_kinds_that_are_called_the_same_are_one_choice(self):
        job = self.make()
        words = [label for _, label in JOBS.filters[1].choices(self.personas.user)]
        assert words.count("Resizing the instance") == 1
        for kind in ("instance.resize", "instance.grow"):
            Job.objects.filter(pk=job.pk).update(kind=kind)
            value = next(
                one for one, label in JOBS.filters[1].choices(None) if label == "Resizing the instance"
            )
            assert self.listed(kind=value).rows()

    def test_it_narrows_to_what_was_asked_for_lately(self):
        job = self.make()
        Job.objects.filter(pk=job.pk).update(created_at=clock.now() - timedelta(hours=5))
        assert not self.listed(since="hour").rows()
        assert self.listed(since="day").rows()

    def test_whoever_looks_after_several_accounts_reads_whose_it_is(self):
        job = self.make()
        account = factories.account_of(self.personas.user)
        page = self.listed("root_admin")
        assert f"/accounts/{account.uuid}/" in page.links
        assert account.name not in " ".join(self.listed("user").rows()[0])
        project = factories.make_project(self.personas.user)
        Job.objects.filter(pk=job.pk).update(account_uuid=project.account.uuid)
        assert f"/projects/{project.uuid}/" in self.listed("root_admin").links

    def test_what_a_link_asked_about_is_named(self):
        job = self.make()
        page = self.listed(subject=str(job.subject_uuid))
        assert [one.text for one in page.all(class_="chip-chosen")] == [f"About: {job.subject_name}"]
        assert page.rows()


class TestJobPage(Deployments, ShowsRow):
    page = JOB

    def live(self, job, persona="user", **query):
        return self.browser(persona).by_script("job-progress", job.uuid, **query)

    def test_every_step_is_listed_with_where_it_stands(self):
        job = self.make()
        steps = [one.text for one in self.shown(job).all("li", class_="step")]
        assert len(steps) == 6
        assert steps[0].startswith("Choose a host")

    def test_a_job_that_is_done_shows_how_long_each_step_took_and_looks_no_more(self):
        job = run_job(self.make())
        page = self.shown(job)
        assert len(page.one(id=f"job-{job.uuid}").all("li", class_="step-done")) == 6
        assert page.one(id=f"job-{job.uuid}")["hx-trigger"] is None
        assert not page.all("progress")

    def test_the_log_says_once_in_which_zone_its_times_are(self):
        job = self.make()
        JobLine.objects.create(job=job, sentence="Looking for a place.")
        User.objects.filter(uuid=self.personas.user.user_uuid).update(timezone="Asia/Tokyo")
        assert self.shown(job).one("h3", class_="log-title").text == "Log Times in JST"

    def test_nothing_is_sent_while_nothing_has_changed(self):
        job = self.make()
        mark = progress_of(self.personas.user, job).mark
        assert self.live(job).status_code == 200
        assert self.live(job, seen=mark).status_code == 204
        assert self.live(job, seen="other").status_code == 200

    def test_when_it_ends_the_page_around_it_is_told_once(self):
        job = self.make()
        mark = progress_of(self.personas.user, job).mark
        run_jobs()
        answer = self.live(job, seen=mark)
        assert answer["HX-Trigger"] == "job-closed"
        assert Page(answer).one(id=f"job-{job.uuid}")["hx-get"] is None

    def test_the_live_part_is_nobody_elses(self):
        job = self.make()
        assert self.live(job, "neighbour").status_code == 404

    def test_tenants_do_not_read_what_is_for_operators(self):
        job = self.make()
        JobLine.objects.create(job=job, sentence="Chose node-7.", for_operators=True)
        JobLine.objects.create(job=job, sentence="Looking for a place.")
        tenant, operator = self.shown(job), self.shown(job, "root_admin")
        assert "Looking for a place." in tenant.text
        assert "node-7" not in tenant.source
        assert "node-7" in operator.text
        assert "Worker" in operator.text

    def test_log_lines_are_only_words(self):
        job = self.make()
        JobLine.objects.create(job=job, sentence="<script>alert('h')</script>")
        page = self.shown(job)
        assert "alert('h')" in page.text
        assert not [one for one in page.all("script") if not one["src"]]

    def test_a_failed_job_says_where_and_why(self):
        failed(self.cloud, self.personas.user)
        job = Job.objects.get(state="failed")
        page = self.shown(job)
        assert [one.text.split(" ,")[0] for one in page.all("li", class_="step-failed")] == [
            "Create the instance on its host"
        ]
        assert len(page.all("li", class_="step-undone")) == 3
        assert job.message in page.text

    def test_an_operator_aborts_a_job_that_is_open(self):
        job = self.make()
        asked = self.browser("domain_admin").get("job-abort", job.uuid)
        assert "will be undone" in asked.text
        page = self.browser("domain_admin").agree("job-abort", job.uuid)
        assert page.notices == ["The job turns back at its next step."]
        assert run_job(job).state == "cancelled"

    def test_trying_again_leads_to_the_new_job(self):
        failed(self.cloud, self.personas.user)
        job = Job.objects.get(state="failed")
        page = self.browser("domain_admin").post("job-retry", job.uuid)
        new = Job.objects.exclude(pk=job.pk).get(kind=job.kind)
        assert str(new.uuid) in page.source
        assert run_job(new).state == "done"

    def test_a_job_whose_subject_was_not_settled_is_resumed_and_not_tried_again(self):
        failed(self.cloud, self.personas.user)
        job = Job.objects.get(state="failed")
        assert (self.offered(job, "Resume clean-up"), self.offered(job, "Try again")) == (False, True)
        Job.objects.filter(pk=job.pk).update(message_values={"is_unsettled": True})
        assert (self.offered(job, "Resume clean-up"), self.offered(job, "Try again")) == (True, False)
        page = self.browser("domain_admin").post("job-resume", job.uuid)
        assert page.notices == ["The clean-up goes on."]

    def offered(self, job, label):
        return self.shown(job, "domain_admin").button(label) is not None

    def test_tenants_are_offered_none_of_it(self):
        job = self.make()
        assert self.shown(job).button("Abort") is None

    def test_a_job_that_waits_to_look_again_says_so(self):
        fault = Fault(operation="ensure_guest", kind=FaultKind.FAIL, error="busy", count=None)
        self.cloud.world.inject(fault)
        job = self.make()
        runner.run(job.uuid)
        assert "which is tried again shortly" in self.shown(job).text

    def test_a_kind_that_no_program_knows_any_more_is_still_shown(self):
        job = run_job(self.make())
        Job.objects.filter(pk=job.pk).update(kind="long.gone")
        job.refresh_from_db()
        assert "long.gone" in self.shown(job).title


def test_the_start_page_shows_what_is_under_way(db):
    who = factories.make_personas()
    instance, job = submit_deployment(make_cloud(), who.user)
    page = PageClient(who.user).get("home")
    assert instance.name in page.one(id=f"job-{job.uuid}").text
    assert str(job.uuid) not in PageClient(who.neighbour).get("home").source
