"""The pages of security groups."""

from networking.models import SecurityGroup
from networking.portal.security_groups import ADD, ADD_RULE, REMOVE_RULE, SECURITY_GROUP, SECURITY_GROUPS
from tests.support.scenarios_groups import make_group
from tests.support.suites.pages import FillsForm, ListsRows, ShowsRow


class Groups:
    def make(self, number=0):
        return make_group(self.personas.user)


class TestGroupList(Groups, ListsRows):
    page = SECURITY_GROUPS


class TestGroupPage(Groups, ShowsRow):
    page = SECURITY_GROUP

    def test_it_shows_its_rules_in_words(self):
        peer = make_group(self.personas.user)
        rule = {"direction": "ingress", "protocol": "tcp", "first_port": 22, "last_port": 80}
        group = make_group(self.personas.user, {**rule, "peer": peer.uuid})
        page = self.shown(group)
        assert "22-80" in page.text
        assert peer.name in page.text
        assert "0.0.0.0/0" in page.text


class TestAddingGroups(Groups, FillsForm):
    page = ADD

    def values(self):
        return {"name": "web", "description": "what is reached from outside"}

    def check(self, page):
        assert SecurityGroup.objects.get(name="web").rules.get().name == "egress all to 0.0.0.0/0"


class WithGroup(Groups, FillsForm):
    def prepare(self):
        self.group = make_group(self.personas.user)

    def parts(self):
        return (self.group.uuid,)


class TestAddingRules(WithGroup):
    page = ADD_RULE

    def values(self):
        return {
            "direction": "ingress",
            "protocol": "tcp",
            "first_port": "443",
            "cidr": "0.0.0.0/0",
            "peer": "",
        }

    def check(self, page):
        assert "ingress tcp 443 from 0.0.0.0/0" in {rule.name for rule in self.group.rules.all()}

    def test_an_odd_rule_is_refused_beside_its_field(self):
        page = self.sent(**{**self.values(), "cidr": "0.0.0.0/0'/>"})
        assert page.status == 400
        assert page.all(id="id_cidr_error")


class TestRemovingRules(WithGroup):
    page = REMOVE_RULE

    def values(self):
        return {"rule": str(self.group.rules.get().uuid)}

    def check(self, page):
        assert not self.group.rules.exists()
