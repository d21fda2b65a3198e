"""Deleting accounts, projects and domains with all that other rooms hold for them."""

from datetime import timedelta

import pytest

from cloudportal.core import clock
from cloudportal.core.errors import NoRoom
from cloudportal.events.models import Event
from cloudportal.jobs import queries as job_queries
from cloudportal.jobs import runner
from cloudportal.jobs import services as jobs
from cloudportal.jobs import states as job_states
from cloudportal.jobs.models import Hold, Job
from cloudportal.jobs.workflows import Step, Workflow, workflow
from storage.models import Volume
from tenants import states
from tenants.models import Account, Counter, Domain, Project, User
from tenants.services import account_states, departures, domains, projects, users
from tenants.services.departures import Holdings
from tenants.services.users import NewUser
from tests.support.factories import (
    account_of,
    caller_for,
    make_account,
    make_domain,
    make_member,
    make_personas,
    make_project,
    make_user,
)
from tests.support.factories_infra import make_zone
from tests.support.jobs import run_job, run_jobs

pytestmark = pytest.mark.django_db

_broken = set()


class RemoveThing(Step):
    """Deletes the row, unless the test lets it fail."""

    name = "remove-thing"
    label = "Remove"

    def act(self, run):
        if run.job.subject_name in _broken:
            raise NoRoom(reason="The test lets this fail.")

    def record(self, run, result):
        Volume.objects.filter(uuid=run.subject_uuid).delete()


@workflow
class RemoveThingWorkflow(Workflow):
    """A higher room's own way to remove something."""

    kind = "test.remove-thing"
    queue = "storage"
    label = "Remove a thing"
    steps = (RemoveThing,)


def submit_removal(caller, row):
    jobs.submit(caller, "test.remove-thing", jobs.Subject.of(row), holds=[jobs.hold_of(row)])


def things(name, order, remove, **more):
    """Holdings of volumes whose name begins with the kind's."""
    return Holdings(
        name,
        order,
        of=lambda accounts: Volume.objects.filter(account__in=accounts, name__startswith=name),
        remove=remove,
        **more,
    )


@pytest.fixture(autouse=True)
def room(monkeypatch):
    """A room above with things that jobs remove, and things that go at once, but only after the former."""
    monkeypatch.setattr(departures, "_registered", {})
    _broken.clear()

    def remove_plain(caller, row):
        assert not Volume.objects.filter(account=row.account, name__startswith="worked").exists()
        row.delete()

    departures.register(things("plain", 200, remove_plain))
    departures.register(things("worked", 100, submit_removal))
    yield
    _broken.clear()


def own(account, *names):
    zone = make_zone()
    for name in names:
        Volume.objects.create(account=account, zone=zone, name=name, size_bytes=1)


def test_an_account_goes_with_all_that_it_owns():
    who = make_personas()
    account = account_of(who.user)
    own(account, "worked-1", "worked-2", "plain-1")
    own(account_of(who.neighbour), "worked-3", "plain-2")
    job = run_job(account_states.delete(who.domain_admin, account))
    assert job.state == job_states.DONE, job.message
    assert not Account.objects.filter(pk=account.pk).exists()
    assert not User.objects.filter(pk=who.user.user_id).exists()
    assert not Counter.objects.filter(level=Counter.ACCOUNT, owner_id=account.pk).exists()
    assert set(Volume.objects.values_list("name", flat=True)) == {"worked-3", "plain-2"}
    assert not Hold.objects.exists()


def test_the_end_is_an_event_in_the_name_of_whoever_asked():
    who = make_personas()
    account = account_of(who.user)
    job = run_job(account_states.delete(who.domain_admin, account))
    event = Event.objects.get(type="ACCOUNT.DELETE")
    assert (event.subject_uuid, event.user_name) == (account.uuid, who.domain_admin.user_name)
    assert event.job_uuid == job.uuid
    assert event.before["name"] == account.name


def test_nobody_gets_in_and_nothing_is_made_from_the_first_moment():
    who = make_personas()
    account = account_of(who.user)
    user = User.objects.select_related("account").get(pk=who.user.user_id)
    before = user.get_session_auth_hash()
    account_states.delete(who.domain_admin, account)
    user = User.objects.select_related("account").get(pk=who.user.user_id)
    assert not user.is_active
    assert user.get_session_auth_hash() != before


def test_a_name_is_free_again_and_brings_nothing_back():
    who = make_personas()
    account = account_of(who.user)
    make_member(make_project(who.neighbour), account=account)
    run_job(account_states.delete(who.domain_admin, account))
    again = make_account(who.domain, name=account.name)
    assert again.pk != account.pk
    assert not again.memberships.exists()
    assert users.create(who.domain_admin, again, NewUser(who.user.user_name)).account == again


def test_what_cannot_be_removed_leaves_the_account_disabled_and_says_what_it_is():
    who = make_personas()
    account = account_of(who.user)
    own(account, "worked-1", "worked-2")
    _broken.add("worked-2")
    job = run_job(account_states.delete(who.domain_admin, account))
    assert job.state == job_states.FAILED
    assert "worked-2" in job.message
    assert Account.objects.get(pk=account.pk).state == states.DISABLED
    assert list(Volume.objects.values_list("name", flat=True)) == ["worked-2"]
    assert Job.objects.filter(kind="test.remove-thing", subject_name="worked-2").count() == 3


@pytest.mark.parametrize("again", ["delete", "retry"])
def test_whoever_asks_again_goes_on_from_there(again):
    who = make_personas()
    account = account_of(who.user)
    own(account, "worked-1", "worked-2")
    _broken.add("worked-2")
    job = run_job(account_states.delete(who.domain_admin, account))
    _broken.clear()
    account.refresh_from_db()
    ways = {
        "delete": lambda: account_states.delete(who.domain_admin, account),
        "retry": lambda: jobs.retry(who.domain_admin, job),
    }
    second = run_job(ways[again]())
    assert second.state == job_states.DONE, second.message
    assert not Account.objects.filter(pk=account.pk).exists()


def test_waiting_for_other_jobs_is_no_try_in_vain(settings):
    settings.JOB_STEP_TRIES = 3
    who = make_personas()
    account = account_of(who.user)
    own(account, "worked-1")
    job = account_states.delete(who.domain_admin, account)
    for _ in range(10):
        Job.objects.filter(pk=job.pk).update(not_before=clock.now() - timedelta(seconds=1))
        runner.run(job.uuid)
    job.refresh_from_db()
    assert job.state == job_states.QUEUED
    assert run_job(job).state == job_states.DONE


def test_one_look_after_another_submits_nothing_twice():
    who = make_personas()
    account = account_of(who.user)
    own(account, "worked-1")
    job = account_states.delete(who.domain_admin, account)
    for _ in range(3):
        Job.objects.filter(pk=job.pk).update(not_before=clock.now() - timedelta(seconds=1))
        runner.run(job.uuid)
    assert Job.objects.filter(kind="test.remove-thing").count() == 1


def test_a_thing_that_another_job_holds_is_waited_for():
    who = make_personas()
    account = account_of(who.user)
    own(account, "worked-1")
    row = Volume.objects.get()
    other = Job.objects.create(kind="test.remove-thing", queue="storage", state="running", domain_path="/")
    Hold.objects.create(thing=jobs.hold_of(row), job=other)
    job = account_states.delete(who.domain_admin, account)
    runner.run(job.uuid)
    job.refresh_from_db()
    assert job.state == job_states.QUEUED
    other.delete()
    assert run_job(job).state == job_states.DONE


def test_what_is_history_is_buried_with_the_account():
    who = make_personas()
    account = account_of(who.user)
    departures.register(
        Holdings(
            "history",
            50,
            of=lambda accounts: Volume.objects.none(),
            remove=lambda caller, row: None,
            bury=lambda accounts: Volume.objects.filter(account__in=accounts, name="history").delete(),
        )
    )
    own(account, "history")
    assert run_job(account_states.delete(who.domain_admin, account)).state == job_states.DONE
    assert not Volume.objects.exists()


def test_what_nobody_registered_stops_the_last_step():
    who = make_personas()
    account = account_of(who.user)
    own(account, "unheard-of")
    job = run_job(account_states.delete(who.domain_admin, account))
    assert job.state == job_states.FAILED
    assert "volumes" in job.message
    assert Account.objects.get(pk=account.pk).state == states.DISABLED
    assert User.objects.filter(account=account).exists()


def test_an_abort_keeps_what_is_left():
    who = make_personas()
    account = account_of(who.user)
    own(account, "worked-1")
    job = account_states.delete(who.domain_admin, account)
    jobs.abort(who.domain_admin, job)
    assert run_job(job).state == job_states.CANCELLED
    assert Account.objects.get(pk=account.pk).state == states.DISABLED
    assert Volume.objects.exists()


def test_a_project_goes_with_all_that_it_owns():
    who = make_personas()
    project = make_project(who.user)
    own(project.account, "worked-1", "plain-1")
    job = run_job(projects.delete(who.user, project))
    assert job.state == job_states.DONE, job.message
    assert not Project.objects.exists()
    assert not Account.objects.filter(is_project=True).exists()
    assert Account.objects.filter(pk=project.founder_id).exists()
    assert projects.create(who.user, projects.NewProject(project.name)).name == project.name


def test_a_project_that_cannot_go_is_suspended_and_can_be_used_again():
    who = make_personas()
    project = make_project(who.user)
    own(project.account, "worked-1")
    _broken.add("worked-1")
    job = run_job(projects.delete(who.user, project))
    assert job.state == job_states.FAILED
    project = Project.objects.select_related("account__domain", "domain").get(pk=project.pk)
    assert (project.state, project.account.state) == (states.SUSPENDED, states.DISABLED)
    projects.activate(who.user, project)
    assert Account.objects.get(pk=project.account_id).state == states.ENABLED


def test_an_operator_tries_a_projects_deletion_again():
    who = make_personas()
    project = make_project(who.user)
    own(project.account, "worked-1")
    _broken.add("worked-1")
    job = run_job(projects.delete(who.domain_admin, project))
    _broken.clear()
    assert run_job(jobs.retry(who.domain_admin, job)).state == job_states.DONE
    assert not Project.objects.exists()


def test_a_domain_goes_with_all_below():
    who = make_personas()
    top = make_domain(who.domain)
    below = make_domain(top)
    account = make_account(below)
    make_user(account)
    project = make_project(caller_for(account))
    own(account, "worked-1", "plain-1")
    own(project.account, "worked-2")
    own(account_of(who.neighbour), "worked-3")
    job = run_job(domains.delete(who.domain_admin, top, with_contents=True))
    assert job.state == job_states.DONE, job.message
    assert not Domain.objects.filter(path__startswith=top.path).exists()
    assert not Account.objects.filter(pk__in=[account.pk, project.account_id]).exists()
    assert list(Volume.objects.values_list("name", flat=True)) == ["worked-3"]
    assert not Counter.objects.filter(level=Counter.DOMAIN, owner_id__in=[top.pk, below.pk]).exists()


def test_nothing_is_made_anywhere_below_meanwhile():
    who = make_personas()
    top = make_domain(who.domain)
    below = make_domain(top)
    account = make_account(below)
    user = make_user(account)
    domains.delete(who.domain_admin, top, with_contents=True)
    below.refresh_from_db()
    account.refresh_from_db()
    assert (below.state, account.state) == (states.REMOVING, states.REMOVING)
    assert not User.objects.select_related("account").get(pk=user.pk).is_active


def test_a_domain_that_cannot_go_stays_with_its_accounts_disabled():
    who = make_personas()
    top = make_domain(who.domain)
    account = make_account(make_domain(top))
    own(account, "worked-1")
    _broken.add("worked-1")
    job = run_job(domains.delete(who.domain_admin, top, with_contents=True))
    assert job.state == job_states.FAILED
    kept = Domain.objects.filter(path__startswith=top.path)
    assert [domain.state for domain in kept] == [states.ENABLED, states.ENABLED]
    assert Account.objects.get(pk=account.pk).state == states.DISABLED
    _broken.clear()
    assert run_job(jobs.retry(who.domain_admin, job)).state == job_states.DONE
    assert not Domain.objects.filter(path__startswith=top.path).exists()


def test_an_account_deleted_on_its_own_meanwhile_is_no_trouble():
    who = make_personas()
    top = make_domain(who.domain)
    account = make_account(top)
    own(account, "worked-1")
    first = account_states.delete(who.domain_admin, account)
    second = domains.delete(who.domain_admin, top, with_contents=True)
    run_jobs()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (job_states.DONE, job_states.DONE), second.message
    assert not Domain.objects.filter(pk=top.pk).exists()


def test_the_job_is_seen_by_whoever_asked():
    who = make_personas()
    job = account_states.delete(who.domain_admin, account_of(who.user))
    assert job_queries.job_for(who.domain_admin, job.uuid) == job
    assert job not in job_queries.jobs_for(who.neighbour)
