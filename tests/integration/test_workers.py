"""Real workers behind real brokers: work is done once, and losing the broker costs a delay only."""

import uuid
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction

from cloudportal.celery import app as celery
from cloudportal.core import clock
from cloudportal.jobs import bells, services, sweeper
from cloudportal.jobs.models import Hold, Job
from cloudportal.jobs.services import Subject
from tests.support.factories import make_caller
from tests.support.processes import wait_until

pytestmark = [pytest.mark.real, pytest.mark.django_db(transaction=True)]
APP = "tests.integration.files_workflow"
JOBS = 24


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "world"
    path.mkdir()
    (path / "effects").touch()
    return path


@pytest.fixture
def workers(start_workers):
    import tests.integration.files_workflow  # noqa: F401  (registers the workflow here too)

    return partial(start_workers, app=APP)


@pytest.fixture
def rabbit_broker(rabbitmq_server, use_broker):
    use_broker(rabbitmq_server.environment["PORTAL_BROKER"])
    return rabbitmq_server


def submit(folder, number):
    caller = make_caller()
    for index in range(number):
        with transaction.atomic():
            subject = Subject("files", uuid.uuid4(), f"files {index}")
            services.submit(
                caller, "test.files", subject, {"folder": str(folder)}, holds=[f"files:{subject.uuid}"]
            )


def all_done():
    return not Job.objects.exclude(state="done").exists()


def sweep_now():
    Job.objects.filter(state="queued").update(rung_at=clock.now() - timedelta(minutes=5))
    return sweeper.sweep()


def assert_each_effect_once(folder, number):
    effects = Counter(line.rsplit(" ", 1)[0] for line in (folder / "effects").read_text().splitlines())
    assert len(effects) == 2 * number
    assert set(effects.values()) == {1}
    assert not Hold.objects.exists()


def test_work_is_done_by_workers_without_a_broker_daemon(folder, workers, folder_broker):
    submit(folder, JOBS)
    workers(2, PORTAL_BROKER=f"filesystem://{folder_broker}")
    wait_until(all_done)
    assert_each_effect_once(folder, JOBS)


def test_wiping_the_folder_broker_under_load_costs_a_delay_only(folder, workers, folder_broker):
    workers(2, PORTAL_BROKER=f"filesystem://{folder_broker}")
    submit(folder, JOBS // 2)
    wait_until(lambda: Job.objects.filter(state="done").exists())
    submit(folder, JOBS // 2)
    for bell in (folder_broker / "bells").iterdir():
        bell.unlink(missing_ok=True)
    sweep_now()
    wait_until(all_done)
    assert_each_effect_once(folder, JOBS)


def test_purging_rabbitmq_under_load_costs_a_delay_only(folder, workers, rabbit_broker):
    submit(folder, JOBS)
    celery.control.purge()
    assert not Job.objects.filter(state="done").exists()
    workers(2, **rabbit_broker.environment)
    assert sweep_now() == JOBS
    wait_until(all_done)
    assert_each_effect_once(folder, JOBS)


def test_many_bells_for_one_job_on_several_workers_do_it_once(folder, workers, rabbit_broker):
    submit(folder, 1)
    job = Job.objects.get()
    for _ in range(20):
        bells.ring(job.uuid, job.queue)
    workers(2, **rabbit_broker.environment)
    wait_until(all_done)
    assert_each_effect_once(folder, 1)


def test_a_broker_that_is_gone_refuses_nobody(folder, use_broker):
    use_broker("amqp://nobody@127.0.0.1:9//")
    import tests.integration.files_workflow  # noqa: F401

    submit(folder, 1)
    assert Job.objects.get().state == "queued"
