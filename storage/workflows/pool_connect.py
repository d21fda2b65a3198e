"""Connecting a storage pool: made or found by its driver, and from then on it takes volumes."""

from typing import ClassVar

from cloudportal.core import clock
from cloudportal.drivers.errors import DriverError
from cloudportal.events import alerts, records
from cloudportal.events.records import About
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute.topology.driver_settings import needs_host
from compute.topology.models import Host
from storage import actions, states
from storage.amounts import readable
from storage.connections import hosts_of, storage_driver
from storage.drivers.contract import PoolFacts, PoolSpec
from storage.models import Pool
from storage.services.pools import UNREACHABLE_ALERT, alert_key

WHAT_TO_DO = "Check the settings of the pool and its host, then reconnect it."


class EnsurePool(Step):
    """An empty pool that stays behind after a failure is found again by the next try, and so is not undone."""

    name = "pool"
    label = "Make or find the pool"

    def act(self, run: Run) -> PoolFacts:
        """The pool as the first of its hosts sees it that can use it; the others are told of and tried anew at need."""
        pool = _pool(run)
        if not needs_host("storage", pool.driver, pool):
            return _made(pool, None)
        answers = [_asked(run, pool, host) for host in hosts_of(pool)] or [_made(pool, None)]
        found = [one for one in answers if isinstance(one, PoolFacts)]
        if found:
            return found[0]
        raise next(one for one in answers if isinstance(one, DriverError))

    def record(self, run: Run, result: PoolFacts) -> None:
        """The pool is up."""
        pool = _pool(run)
        states.POOL.move(
            pool,
            "connected",
            capacity_bytes=result.capacity_bytes,
            used_bytes=result.used_bytes,
            seen_at=clock.now(),
            silent_rounds=0,
            reason="",
        )
        alerts.clear_alert(UNREACHABLE_ALERT, alert_key(pool))
        run.say(f"{pool.name} holds {readable(result.capacity_bytes)}.", for_operators=True)
        about = About.of(pool)
        records.completed(run.job.caller, "ENABLE.PRIMARY.STORAGE", about, job_uuid=run.job.uuid)


@workflow
class ConnectPool(Workflow):
    """From connecting to up, or to disabled with a sentence that says why."""

    kind = "pool.connect"
    queue = "storage"
    label = "Connecting the storage pool"
    steps: ClassVar = (EnsurePool,)
    action = actions.RECONNECT_POOL

    def failed(self, run: Run) -> None:
        """The pool stays, disabled."""
        pool = Pool.objects.filter(uuid=run.subject_uuid, state=states.CONNECTING).first()
        if pool is not None:
            states.POOL.move(pool, "failed", reason=f"{run.job.message} {WHAT_TO_DO}"[:500])

    def retry(self, run: Run) -> None:
        """As a reconnection."""
        states.POOL.move(_pool(run), "reconnect", reason="")


def _made(pool: Pool, host: Host | None) -> PoolFacts:
    with storage_driver(pool, host=host) as driver:
        driver.check()
        return driver.ensure_pool(PoolSpec(uuid=pool.uuid, name=pool.name))


def _asked(run: Run, pool: Pool, host: Host) -> PoolFacts | DriverError:
    run.check_lease()
    try:
        return _made(pool, host)
    except DriverError as error:
        run.say(f"{host}: {error.sentence}", level="warning", for_operators=True)
        return error


def _pool(run: Run) -> Pool:
    return Pool.objects.select_related("host", "cluster").get(uuid=run.subject_uuid)
