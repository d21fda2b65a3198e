"""Real workers on the test's database, and brokers between them and the tests."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from cloudportal import celery as wiring
from cloudportal.celery import app as celery
from deploy.services import daemon
from tests.support.processes import start_worker


@pytest.fixture
def start_workers(tmp_path):
    """`start_workers(number, app=…, **environment)` starts so many and returns them; they end with the test."""
    started = []

    def start(number, **options):
        first = len(started)
        for index in range(first, first + number):
            started.append(start_worker(f"worker{index}", tmp_path / f"worker{index}.log", **options))
        return started[first:]

    yield start
    with ThreadPoolExecutor() as pool:
        list(pool.map(daemon.stop, started))


@pytest.fixture
def use_broker(monkeypatch):
    """`use_broker(url)` makes this process ring there."""

    def use(url):
        celery.pool.force_close_all()
        monkeypatch.setattr(celery, "_pool", None)
        monkeypatch.setattr(celery.amqp, "_producer_pool", None)
        for name, value in wiring.transport(url).items():
            monkeypatch.setitem(celery.conf, name, value)
        for name in ("broker_read_url", "broker_write_url"):
            monkeypatch.setitem(celery.conf, name, celery.conf.broker_url)

    return use


@pytest.fixture
def folder_broker(tmp_path, use_broker):
    place = tmp_path / "broker"
    use_broker(f"filesystem://{place}")
    return place
