"""Security groups and their rules at the REST door."""

from networking.api.security_groups import SECURITY_GROUP_RULES, SECURITY_GROUPS
from networking.models import SecurityGroupRule
from tests.support.jobs import run_jobs
from tests.support.scenarios_groups import make_group
from tests.support.suites.rest import (
    CannotSeeOthers,
    FiltersByEverything,
    NeedsPermission,
    PagesAndOrders,
    ReadsOwnRows,
)


class TestSecurityGroups(ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders):
    resource = SECURITY_GROUPS
    missing = {"name": "none", "search": "none"}

    def make(self, number=0):
        return make_group(self.personas.user)

    def matching(self, row):
        return {"name": row.name, "search": row.name, "account": row.account.uuid}


class TestRules(ReadsOwnRows, CannotSeeOthers, NeedsPermission, FiltersByEverything, PagesAndOrders):
    resource = SECURITY_GROUP_RULES
    missing = {"direction": "egress", "protocol": "udp"}

    def prepare(self):
        self.group = make_group(self.personas.user)
        self.group.rules.all().delete()

    def parents(self):
        return (self.group.uuid,)

    def make(self, number=0):
        return SecurityGroupRule.objects.create(
            group=self.group,
            peer=self.group,
            direction="ingress",
            protocol="tcp",
            first_port=number,
            last_port=number,
        )

    def matching(self, row):
        return {"direction": "ingress", "protocol": "tcp", "peer": row.peer.uuid}

    def test_a_rule_comes_and_goes_by_a_job(self):
        values = {"direction": "ingress", "protocol": "tcp", "first_port": 22, "cidr": "192.0.2.0/24"}
        made = self.client("user").post(self.address, values)
        assert made.status_code == 202, made.content
        assert (made.json()["job"]["kind"], made.json()["rule"]["last_port"]) == ("security-group.apply", 22)
        run_jobs()
        gone = self.client("user").send("DELETE", f"{self.address}{made.json()['rule']['uuid']}/")
        assert gone.status_code == 202
        assert self.client("user").get(self.address).json()["count"] == 0
