"""A cloud full of instances, a die that decides what is done to each and what goes wrong, and what must hold then."""

import random
from collections import Counter as Tally
from dataclasses import replace

from django.db import transaction

from cloudportal.core.errors import Busy, PortalError
from cloudportal.drivers.simulated.faults import Fault, FaultKind
from cloudportal.events.models import Alert
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Hold, Job
from compute import states
from compute.models import Instance, InstanceSnapshot
from compute.queries import with_everything
from compute.workflows.move_volume import LEFT_BEHIND_ALERT
from storage import states as storage_states
from storage.models import Snapshot, Template, Volume, VolumeExport
from storage.services import volumes
from tests.support.agreement_compute import world_equals_rows
from tests.support.crowd_verbs import VERBS, NothingToDo
from tests.support.factories import account_of, caller, caller_for, make_account, make_caller, make_root_admin
from tests.support.factories_compute import make_cloud, make_offering, submit_deployment
from tests.support.factories_infra import make_disk_offering, make_iso, make_network
from tests.support.factories_volumes import another_pool
from tests.support.jobs import run_jobs
from tests.support.scenarios_groups import make_group

# What the simulator's drivers are asked for on the way of any of the verbs.
OPERATIONS = (
    *("ensure_guest", "set_power", "remove_guest", "grow_guest", "find_guest"),
    *("attach_disk", "detach_disk", "grow_disk", "move_disk", "change_media"),
    *("ensure_nics", "ensure_guards", "remove_guards", "set_password", "set_ssh_keys"),
    *("take_guest_snapshot", "revert_guest", "remove_guest_snapshot", "copy_disk"),
    *("ensure_volume", "remove_volume", "find_volume", "grow_volume", "copy_volume", "ensure_image"),
    *("take_snapshot", "read_snapshot", "remove_snapshot"),
    *("ensure_network", "find_network", "ensure_reservation", "remove_reservation"),
)
WAYS = (
    (FaultKind.FAIL, "refused"),
    (FaultKind.FAIL, "unreachable"),
    (FaultKind.FAIL, "busy"),
    (FaultKind.LOSE_ANSWER, "unreachable"),
    (FaultKind.HANG, "unreachable"),
)
LEAST_LIVELY = 10
LIVES = (
    (Instance, states.INSTANCE),
    (InstanceSnapshot, states.SNAPSHOT),
    (Volume, storage_states.VOLUME),
    (Snapshot, storage_states.SNAPSHOT),
    (Template, storage_states.TEMPLATE),
    (VolumeExport, storage_states.EXPORT),
)


class Crowd:
    """Instances of one account, at first, and what its verbs need: a second account, network, pool, size and ISO."""

    def __init__(self, count, *, seed):
        self.die = random.Random(seed)
        self.root = caller(make_root_admin())
        self.cloud = self._cloud(count)
        # Security groups only here: each member that comes or goes is told to all the others of its group.
        self.second_network = make_network(
            self.cloud.zone,
            cidr="10.96.0.0/16",
            last="10.96.20.250",
            settings=self.cloud.network.settings,
            has_groups=True,
        )
        self.second_pool = another_pool(self.cloud)
        self.larger, self.disk = make_offering(cpus=2, memory_mib=1024), make_disk_offering(size_gib=None)
        self.iso = make_iso()
        owner = make_caller()
        other = make_account(account_of(owner).domain)
        self._callers = {account_of(one).pk: one for one in (owner, caller_for(other))}
        self.groups = {pk: [make_group(one) for _ in range(2)] for pk, one in self._callers.items()}
        self.begun, self.refused = Tally(), Tally()
        for _ in range(count):
            submit_deployment(self.cloud, owner, start=self.die.random() < 0.5)
        found = Instance.objects.order_by("pk").values_list("pk", flat=True)
        self.lively = set(found[: max(LEAST_LIVELY, count // 10)])

    def _cloud(self, count):
        cloud = make_cloud(hosts=4, host={"cpus": 8192, "memory_mib": 8 * 2**20}, capacity_gib=2**17)
        Template.objects.filter(pk=cloud.template.pk).update(takes_password=True)
        network = make_network(
            cloud.zone,
            cidr="10.64.0.0/16",
            last=f"10.64.{(2 * count + 60) // 250}.250",
            settings=cloud.network.settings,
        )
        return replace(cloud, network=network)

    def owner_of(self, row):
        """Somebody who may do what the owner of the row may."""
        return self._callers[row.account_id]

    def other_account_than(self, row):
        return account_of(next(one for pk, one in self._callers.items() if pk != row.account_id))

    def break_something(self, times):
        """So many operations will fail, hang or lose their answers, a few times each. What was broken before and never
        met is whole again: else those that are seldom needed would never work.
        """
        self.cloud.world.clear_faults()
        for _ in range(times):
            kind, error = self.die.choice(WAYS)
            operation = self.die.choice(OPERATIONS)
            count = self.die.randint(1, 6)
            self.cloud.world.inject(Fault(operation=operation, kind=kind, error=error, count=count))

    def stir(self, share):
        """Does something to this share of the instances that are at rest, of what the state of each allows."""
        allowed = {}
        for name, verb in VERBS.items():
            for state in verb.states:
                allowed.setdefault(state, []).append(name)
        rows = list(with_everything(Instance.objects.filter(state__in=allowed)).order_by("pk"))
        for row in self._fallen(rows, round(share * len(rows))):
            self._attempt(row, allowed[row.state])

    def _fallen(self, rows, count):
        """So many of them, half of them the same in each round as far as they go: a volume can be detached only from
        an instance to which one was attached in an earlier round.
        """
        lively = [row for row in rows if row.pk in self.lively]
        chosen = self.die.sample(lively, min(len(lively), count // 2))
        others = [row for row in rows if row not in chosen]
        return chosen + self.die.sample(others, count - len(chosen))

    def _attempt(self, row, names):
        """The verb that was done least of these or, where that cannot be begun, the next."""
        for name in sorted(self.die.sample(names, len(names)), key=lambda one: self.begun[one]):
            try:
                with transaction.atomic():
                    VERBS[name].begin(self, row)
            except (PortalError, NothingToDo) as refusal:
                # It has no volume to detach, say, or has the larger size already.
                self.refused[name, str(refusal)[:60]] += 1
            else:
                self.begun[name] += 1
                return

    def work(self):
        """Workers do all that there is to do."""
        run_jobs(most=100_000)

    def settle(self):
        """The world is sound again; operators take up every clean-up that got stuck, and owners what failed."""
        self.cloud.world.clear_faults()
        self.work()
        for job in Job.objects.filter(state="failed", cursor__gt=0).order_by("pk"):
            self._resume(job)
        self.work()
        self._remove_leftovers()
        for volume in Volume.objects.select_related("account__domain").filter(state="error"):
            volumes.delete(self.root, volume)
        self.work()

    def _resume(self, job):
        try:
            with transaction.atomic():
                jobs.resume(self.root, job)
        except Busy:
            # Two got stuck over the same thing: one after the other.
            self.work()
            jobs.resume(self.root, job)

    def _remove_leftovers(self):
        """Operators do what the alerts say."""
        for job in Job.objects.filter(kind="volume.move", state="failed").order_by("pk"):
            key = f"{LEFT_BEHIND_ALERT}|{job.subject_uuid}:{job.arguments['source']}"
            if Alert.objects.filter(open_key=key).exists():
                jobs.retry(self.root, job)
                self.work()

    def agrees(self):
        """Asserts that nothing hangs in the air, and that rows and world say the same."""
        assert not Hold.objects.exists()
        stuck = Job.objects.filter(state="failed", cursor__gt=0)
        assert [(job.kind, str(job.subject_uuid), job.message) for job in stuck] == []
        for model, life in LIVES:
            assert list(model.objects.filter(state__in=life.transient)) == []
        world_equals_rows(self.cloud)
