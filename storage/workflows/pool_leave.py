"""After a storage pool was removed from the portal: its hosts forget it, so that another pool may have its place."""

from typing import ClassVar
from uuid import UUID

from cloudportal.drivers.errors import DriverError
from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from compute.topology.driver_settings import needs_host
from compute.topology.models import Host
from storage import actions
from storage.connections import hosts_of, storage_driver
from storage.drivers.contract import LeavesPools
from storage.models import Pool


class LeavePool(Step):
    """What lies in the pool stays there."""

    name = "leave"
    label = "Let the hosts forget the pool"

    def act(self, run: Run) -> None:
        """Every host is asked; the first that could not do it is what the job fails for."""
        pool = _pool(run)
        hosts: list[Host | None] = [*hosts_of(pool)] if needs_host("storage", pool.driver, pool) else [None]
        faults = [fault for fault in (_left(run, pool, host) for host in hosts) if fault is not None]
        if faults:
            raise faults[0]


@workflow
class ForgetPool(Workflow):
    """The row is gone before it begins, so that all it knows of the pool is in its arguments."""

    kind = "pool.leave"
    queue = "storage"
    label = "Taking the storage pool from its hosts"
    steps: ClassVar = (LeavePool,)
    action = actions.REMOVE_POOL

    def failed(self, run: Run) -> None:
        """Nothing but the host knows of it any more."""

    def retry(self, run: Run) -> None:
        """As it is."""


def _left(run: Run, pool: Pool, host: Host | None) -> DriverError | None:
    run.check_lease()
    try:
        with storage_driver(pool, host=host) as driver:
            if isinstance(driver, LeavesPools):
                driver.leave_pool(pool.uuid)
    except DriverError as fault:
        run.say(f"{host or pool}: {fault.sentence}", level="warning", for_operators=True)
        return fault
    return None


def _pool(run: Run) -> Pool:
    found = run.job.arguments
    pool = Pool(uuid=UUID(str(run.subject_uuid)), name=run.job.subject_name, driver=found["driver"])
    pool.settings = found["settings"]
    pool.zone_id, pool.cluster_id, pool.host_id = found["zone"], found["cluster"], found["host"]
    return pool
