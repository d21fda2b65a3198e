"""A job's way through its steps."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.db.utils import OperationalError

from cloudportal.core import clock
from cloudportal.core.errors import Busy, NoRoom, WrongState
from cloudportal.drivers.errors import Leftover, OutcomeUnknown, Unreachable
from cloudportal.events.models import Alert, Event
from cloudportal.jobs import leases, runner, services, states
from cloudportal.jobs.models import Hold, Job
from cloudportal.jobs.run import Run
from cloudportal.jobs.services import Subject
from tests.support.jobs import run_job


def test_a_job_goes_through_all_its_steps(submit, pile):
    job = run_job(submit())
    assert (job.state, job.cursor, job.progress) == (states.DONE, 3, 100)
    assert pile["things"] == {"first", "second", "third"}
    assert job.notes == {"first": "put", "second": "put", "third": "put"}
    assert [entry["step"] for entry in job.timeline] == ["first", "second", "third"]
    assert not Hold.objects.exists()


def test_a_refusal_undoes_everything_in_reverse_and_keeps_its_sentence(submit, pile):
    pile["faults"][("second", "after")] = [NoRoom(reason="All hosts are full.")]
    job = run_job(submit())
    assert (job.state, job.message_code) == (states.FAILED, "no-room")
    assert "All hosts are full." in job.message
    assert pile["things"] == set()
    assert pile["closed"] == [job.uuid]
    assert not Hold.objects.exists()
    assert Event.objects.get(job_uuid=job.uuid).level == "error"
    assert not Alert.objects.exists()


@pytest.mark.parametrize("error", [OutcomeUnknown("No answer in time."), Unreachable("The host is silent.")])
def test_an_unknown_outcome_is_looked_at_again_and_not_doubled(submit, pile, error):
    pile["faults"][("second", "after")] = [error]
    job = run_job(submit())
    assert job.state == states.DONE
    assert pile["effects"] == {"first": 1, "second": 1, "third": 1}


@pytest.mark.parametrize("said", [(1213, "Deadlock found"), (1205, "Lock wait"), ("database is locked",)])
def test_a_step_whose_transaction_had_to_give_way_is_tried_again(submit, pile, said):
    pile["faults"][("second", "after")] = [OperationalError(*said)]
    job = run_job(submit())
    assert job.state == states.DONE
    assert not Alert.objects.exists()


def test_a_host_that_stays_silent_fails_the_job_after_bounded_tries(submit, pile):
    pile["faults"][("second", "before")] = [Unreachable("silent")] * 50
    job = run_job(submit())
    assert job.state == states.FAILED
    assert pile["things"] == set()
    assert len(pile["faults"][("second", "before")]) == 50 - django_settings.JOB_STEP_TRIES


def test_a_mistake_of_ours_raises_an_alert_and_tells_the_tenant_no_internals(submit, pile):
    pile["faults"][("third", "before")] = [ZeroDivisionError("inner secret")]
    job = run_job(submit())
    assert job.state == states.FAILED
    assert "inner secret" not in job.message
    assert "inner secret" in job.operator_detail
    assert Alert.objects.get(code="job-failed").is_open


def test_an_undo_that_gets_stuck_is_reported_and_can_be_resumed(submit, pile, caller):
    pile["faults"][("third", "before")] = [NoRoom(reason="full")]
    pile["faults"][("second", "undo")] = [Leftover("The disk is busy.")] * django_settings.JOB_STEP_TRIES
    job = run_job(submit())
    assert (job.state, job.cursor) == (states.FAILED, 2)
    assert Alert.objects.get(code="job-stuck").is_open
    assert pile["things"] == {"first", "second"}

    services.resume(caller, job)
    job = run_job(job)
    assert (job.state, job.cursor) == (states.FAILED, 0)
    assert pile["things"] == set()
    assert pile["closed"] == [job.uuid]
    assert not Alert.objects.get(code="job-stuck").is_open


def test_whoever_tries_a_failed_job_again_has_seen_its_alert(submit, pile, caller):
    pile["faults"][("second", "before")] = [RuntimeError("inner secret")]
    job = run_job(submit())
    run_job(services.retry(caller, job))
    alert = Alert.objects.get(code="job-failed")
    assert (alert.is_open, alert.cleared_by) == (False, caller.user_name)


@pytest.mark.parametrize(("undo", "code", "cursor"), [(None, "job-failed", 0), ("refused", "job-stuck", 2)])
def test_a_job_whose_subject_cannot_be_settled_is_closed_all_the_same(submit, pile, undo, code, cursor):
    pile["faults"] |= {("third", "before"): [NoRoom(reason="full")], "failed": [LookupError("no row")]}
    stuck = [Leftover("The disk is busy.")] * django_settings.JOB_STEP_TRIES
    pile["faults"][("second", "undo")] = stuck if undo else []
    job = run_job(submit())
    assert (job.state, job.cursor, pile["closed"]) == (states.FAILED, cursor, [])
    assert not Hold.objects.exists()
    alert = Alert.objects.get()
    assert (alert.code, "LookupError: no row" in alert.detail) == (code, True)
    said = job.lines.values_list("sentence", "for_operators")
    assert any("closed nevertheless" in sentence and is_theirs for sentence, is_theirs in said)
    # What it had written until then is taken back.
    assert not job.lines.filter(sentence="Settled, as far as it came.").exists()


@pytest.mark.parametrize("undo", [None, "refused"])
def test_a_subject_that_could_not_be_settled_is_settled_when_the_job_is_resumed(submit, pile, caller, undo):
    pile["faults"] |= {("third", "before"): [NoRoom(reason="full")], "failed": [LookupError("no row")] * 2}
    stuck = [Leftover("The disk is busy.")] * django_settings.JOB_STEP_TRIES
    pile["faults"][("second", "undo")] = stuck if undo else []
    job = run_job(submit())
    with pytest.raises(WrongState):
        services.retry(caller, job)

    job = run_job(services.resume(caller, job))
    assert (job.state, job.cursor, pile["closed"]) == (states.FAILED, 0, [])
    assert [alert.code for alert in Alert.objects.filter(cleared_at=None)] == ["job-failed"]

    job = run_job(services.resume(caller, job))
    assert (job.state, pile["closed"], pile["things"]) == (states.FAILED, [job.uuid], set())
    assert not Alert.objects.filter(cleared_at=None).exists()
    assert not Hold.objects.exists()
    with pytest.raises(WrongState):
        services.resume(caller, job)
    assert run_job(services.retry(caller, job)).state == states.DONE


def test_an_undo_knows_whether_the_subject_was_settled_before(submit, pile, caller):
    pile["faults"] |= {("third", "before"): [NoRoom(reason="full")], "failed": [LookupError("no row")]}
    pile["faults"][("second", "undo")] = [Leftover("The disk is busy.")] * django_settings.JOB_STEP_TRIES * 2
    job = run_job(submit())
    assert not Run(job).was_given_up
    job = run_job(services.resume(caller, job))
    assert (job.cursor, Run(job).was_given_up, pile["closed"]) == (2, True, [job.uuid])
    assert run_job(services.resume(caller, job)).cursor == 0
    assert pile["closed"] == [job.uuid]


def test_an_aborted_job_is_not_cancelled_before_its_subject_is_settled(submit, pile, caller):
    pile["faults"]["failed"] = [LookupError("no row")]
    job = submit()
    services.abort(caller, job)
    job = run_job(job)
    assert job.state == states.FAILED
    assert run_job(services.resume(caller, job)).state == states.CANCELLED


def test_a_settling_that_had_to_give_way_is_tried_by_the_next_worker(submit, pile):
    pile["faults"] |= {
        ("third", "before"): [NoRoom(reason="full")],
        "failed": [OperationalError(1213, "Deadlock found")],
    }
    job = submit()
    with pytest.raises(OperationalError):
        run_job(job)
    Job.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    assert run_job(job).state == states.FAILED
    assert pile["closed"] == [job.uuid]


def test_an_aborted_job_is_undone_and_cancelled(submit, pile, caller):
    job = submit()
    services.abort(caller, job)
    job = run_job(job)
    assert job.state == states.CANCELLED
    assert pile["things"] == set()


def test_a_failed_job_can_be_tried_again(submit, pile, caller):
    pile["faults"][("first", "before")] = [NoRoom(reason="full")]
    job = run_job(submit())
    again = run_job(services.retry(caller, job))
    assert again.state == states.DONE
    assert again.uuid != job.uuid


def test_a_held_thing_refuses_a_second_job(submit):
    submit(holds=("thing:1", "thing:2"))
    with pytest.raises(Busy):
        submit(holds=("thing:2", "thing:3"))
    assert Job.objects.count() == 1
    assert sorted(Hold.objects.values_list("thing", flat=True)) == ["thing:1", "thing:2"]


def test_work_is_not_submitted_outside_a_transaction(caller, transactional_db):
    with pytest.raises(RuntimeError):
        services.submit(caller, "test.pile", Subject("pile", uuid.uuid4(), "pile"))


def test_many_workers_claim_a_job_once(submit):
    job = submit()
    leases_taken, gate = [], threading.Barrier(8)

    def claim():
        gate.wait()
        try:
            leases_taken.append(leases.claim(job.uuid, "worker"))
        finally:
            connection.close()

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([lease for lease in leases_taken if lease]) == 1


def test_a_silent_worker_loses_its_job_to_another(submit, pile):
    job = submit()
    lost = leases.claim(job.uuid, "dead")
    assert leases.claim(job.uuid, "other") is None
    Job.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    job = run_job(job)
    assert job.state == states.DONE
    with pytest.raises(leases.LostLease), transaction.atomic():
        leases.write(lost, notes={"late": True})
    assert not leases.renew(lost)


def test_a_job_whose_workers_keep_dying_turns_back(submit, pile):
    job = submit()
    for _ in range(django_settings.JOB_ATTEMPTS):
        assert leases.claim(job.uuid, "dead")
        Job.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    job = run_job(job)
    assert (job.state, job.message_code) == (states.FAILED, "workers-lost")
    assert pile["things"] == set()


def test_a_worker_that_lost_its_lease_writes_nothing(submit, pile, settings):
    job = submit()
    settings.JOB_CHECKPOINT = f"{__name__}.lose_the_lease"
    runner.run(job.uuid)
    job.refresh_from_db()
    assert (job.state, job.cursor, job.notes) == (states.RUNNING, 0, {})


def lose_the_lease(job, step_name, point, direction):
    Job.objects.filter(pk=job.pk).update(lease_token=uuid.uuid4())
