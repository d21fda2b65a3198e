"""The pages of domains, accounts, users, roles and limits."""

from tenants.models import Account, Counter, Domain, User
from tenants.portal import accounts, domains, limits, roles, users
from tests.support import factories
from tests.support.factories_compute import deployed, make_cloud
from tests.support.jobs import run_jobs
from tests.support.pages import Page, PageClient
from tests.support.suites.pages import FillsForm, ListsRows, ShowsRow


class Administered:
    """What domain admins look after. Readers are domain admins, since the lists are for them."""

    reader = writer = "domain_admin"
    strangers = ("other_domain_admin", "neighbour")
    nobody = "user"


class TestDomainList(Administered, ListsRows):
    page = domains.DOMAINS

    def make(self, number=0):
        return factories.make_domain(self.personas.domain)

    def test_each_is_shown_at_its_place_in_the_tree(self):
        below = self.make()
        assert f"{self.personas.domain.name}/{below.name}" in self.listed().text
        assert f"ROOT/{self.personas.domain.name}/{below.name}" in self.listed("root_admin").text


class TestDomainPage(Administered, ShowsRow):
    page = domains.DOMAIN

    def make(self, number=0):
        return factories.make_domain(self.personas.domain)

    def test_one_with_contents_is_deleted_only_with_them(self):
        domain = self.make()
        factories.make_account(domain)
        browser = self.browser("domain_admin")
        asked = browser.get("domain-delete", domain.uuid)
        assert "is not empty: it has 1 accounts" in asked.one(role="alert").text
        ticked = browser.get("domain-delete", domain.uuid, with_contents="on")
        assert "Removes 1 accounts." in ticked.text
        browser.agree("domain-delete", domain.uuid, with_contents="on")
        run_jobs()
        assert not Domain.objects.filter(pk=domain.pk).exists()

    def test_nobody_is_offered_to_delete_their_own(self):
        page = self.browser("domain_admin").get("domain", self.personas.domain.uuid)
        assert page.button("Delete domain") is None


class TestAddingDomains(Administered, FillsForm):
    page = domains.FORMS[0]

    def parts(self):
        return (self.personas.domain.uuid,)

    def values(self):
        return {"name": "sales", "network_suffix": ""}

    def check(self, page):
        assert Domain.objects.get(name="sales").parent == self.personas.domain


class TestEditingDomains(Administered, FillsForm):
    page = domains.FORMS[1]

    def prepare(self):
        self.domain = factories.make_domain(self.personas.domain)

    def parts(self):
        return (self.domain.uuid,)

    def values(self):
        return {"name": "marketing", "network_suffix": "m.example.org"}

    def check(self, page):
        assert page.title == "marketing"


class TestAccountList(Administered, ListsRows):
    page = accounts.ACCOUNTS

    def make(self, number=0):
        return factories.make_account(self.personas.domain)

    def test_one_whose_users_all_match_is_found_once(self):
        account = self.make()
        for name in ("twin-a", "twin-b"):
            factories.make_user(account, name)
        assert len(self.listed(q="twin").rows()) == 1


class TestAccountPage(Administered, ShowsRow):
    page = accounts.ACCOUNT

    def make(self, number=0):
        return factories.make_account(self.personas.domain)

    def test_it_shows_what_it_may_have_and_its_users(self):
        account = self.make()
        user = factories.make_user(account)
        page = self.shown(account)
        assert "no limit" in page.text
        assert user.username in page.text

    def test_its_limits_lead_to_what_counts_against_them(self):
        instance = deployed(make_cloud(), self.personas.user)
        account = instance.account
        page = self.shown(account)
        limits = page.one("section", aria_label="Limits")
        leads = {one.text: one["href"] for one in limits.all("a") if "account=" in one["href"]}
        assert leads["Instances"] == f"/instances/?account={account.uuid}"
        assert leads["Disk space"] == f"/volumes/?account={account.uuid}&sort=-size"
        assert "Snapshots" not in leads
        for address in leads.values():
            listed = Page(self.browser("domain_admin").client.get(address))
            assert listed.rows(), address
            assert f"Account: {account.name}" in [one.text for one in listed.all(class_="chip-chosen")]

    def test_a_tenants_start_page_leads_to_their_own(self):
        deployed(make_cloud(), self.personas.user)
        links = self.browser("user").get("home").links
        assert {"/instances/?sort=-size", "/volumes/?sort=-size"} <= set(links)

    def test_it_leads_to_its_usage_for_those_who_may_read_it(self):
        account = self.make()
        address = f"/usage/?account={account.uuid}"
        role = factories.make_role(("-usage.read", "*"), kind="domain-admin")
        clerk = factories.make_user(factories.make_account(self.personas.domain, role))
        assert address in self.shown(account).links
        page = PageClient(clerk).get("account", account.uuid)
        assert (page.status, address in page.links) == (200, False)

    def test_locking_asks_first(self):
        account = self.make()
        browser = self.browser("domain_admin")
        assert "What runs keeps running" in browser.get("account-lock", account.uuid).text
        browser.agree("account-lock", account.uuid)
        assert Account.objects.get(pk=account.pk).state == "locked"

    def test_deleting_shows_all_that_would_go(self):
        account = self.make()
        factories.make_user(account)
        asked = self.browser("domain_admin").get("account-delete", account.uuid)
        assert "Removes 1 users." in asked.text
        self.browser("domain_admin").agree("account-delete", account.uuid)
        run_jobs()
        assert not Account.objects.filter(pk=account.pk).exists()


class TestAddingAccounts(Administered, FillsForm):
    page = accounts.FORMS[0]

    def values(self):
        return {
            "domain_uuid": str(self.personas.domain.uuid),
            "name": "web team",
            "role_uuid": str(factories.role_named("User").uuid),
            "username": "ada",
            "first_name": "Ada",
            "last_name": "Lovelace",
            "email": "ada@example.org",
            "password": factories.PASSWORD,
        }

    def check(self, page):
        assert page.title == "web team"
        assert User.objects.get(username="ada").check_password(factories.PASSWORD)

    def test_a_weak_password_is_refused_beside_its_field_and_not_sent_back(self):
        page = self.sent(**{**self.values(), "password": "password"})
        assert page.status == 400
        assert page.all(id="id_password_error")
        assert page.field("password")["value"] is None
        assert not User.objects.filter(username="ada").exists()

    def test_an_account_may_begin_without_users(self):
        self.sent(**{**self.values(), "username": "", "password": ""})
        assert not Account.objects.get(name="web team").users.exists()

    def test_nobody_gives_a_role_that_may_more_than_they(self):
        page = self.opened()
        offered = page.field("role_uuid").text
        assert "Domain Admin" in offered
        assert "Root Admin" not in offered


class TestEditingAccounts(Administered, FillsForm):
    page = accounts.FORMS[1]

    def prepare(self):
        self.account = factories.make_account(self.personas.domain)

    def parts(self):
        return (self.account.uuid,)

    def values(self):
        role = str(factories.role_named("Read-Only User").uuid)
        return {"name": "renamed", "role_uuid": role, "network_suffix": ""}

    def check(self, page):
        assert page.title == "renamed"


class TestUserList(Administered, ListsRows):
    page = users.USERS

    def make(self, number=0):
        return factories.make_user(factories.make_account(self.personas.domain))

    def rename(self, row, name):
        User.objects.filter(pk=row.pk).update(first_name=name)


class TestUserPage(Administered, ShowsRow):
    page = users.USER

    def make(self, number=0):
        return factories.make_user(factories.make_account(self.personas.domain))

    def rename(self, row, name):
        User.objects.filter(pk=row.pk).update(first_name=name)

    def test_disabling_somebody_ends_their_session(self):
        user = self.make()

        theirs = PageClient(user)
        assert theirs.ask("home").status_code == 200
        self.browser("domain_admin").agree("user-disable", user.uuid)
        assert theirs.ask("home").status_code == 302

    def test_nobody_is_offered_to_disable_themselves(self):
        page = self.browser("domain_admin").get("user", self.personas.domain_admin.user_uuid)
        assert page.button("Disable") is None


class TestAddingUsers(Administered, FillsForm):
    page = users.FORMS[0]

    def prepare(self):
        self.account = factories.make_account(self.personas.domain)

    def values(self):
        return {
            "account_uuid": str(self.account.uuid),
            "username": "grace",
            "first_name": "Grace",
            "last_name": "Hopper",
            "email": "",
            "timezone": "Europe/Zurich",
            "password": factories.PASSWORD,
        }

    def check(self, page):
        assert User.objects.get(username="grace").account == self.account


class TestEditingUsers(Administered, FillsForm):
    page = users.FORMS[1]

    def prepare(self):
        self.user = factories.make_user(factories.make_account(self.personas.domain))

    def parts(self):
        return (self.user.uuid,)

    def values(self):
        return {"username": "edsger", "first_name": "", "last_name": "", "email": "", "timezone": "UTC"}

    def check(self, page):
        assert page.title == "edsger"


class TestSettingPasswords(Administered, FillsForm):
    page = users.FORMS[2]

    def prepare(self):
        self.user = factories.make_user(factories.make_account(self.personas.domain))

    def parts(self):
        return (self.user.uuid,)

    def values(self):
        return {"password": factories.PASSWORD}

    def check(self, page):
        self.user.refresh_from_db()
        assert self.user.check_password(factories.PASSWORD)


class TestSettingAccountLimits(Administered, FillsForm):
    page = limits.FORMS[0]

    def prepare(self):
        self.account = factories.make_account(self.personas.domain)

    def parts(self):
        return (self.account.uuid,)

    def values(self):
        return {"resource": "instances", "maximum": "7"}

    def check(self, page):
        assert "0 of 7" in page.text
        counter = Counter.objects.get(level="account", owner_id=self.account.pk, resource="instances")
        assert counter.maximum == 7


class TestSettingDomainLimits(Administered, FillsForm):
    page = limits.FORMS[1]

    def prepare(self):
        self.domain = factories.make_domain(self.personas.domain)

    def parts(self):
        return (self.domain.uuid,)

    def values(self):
        return {"resource": "memory_mib", "maximum": "65536"}

    def check(self, page):
        assert "0 MiB of 64 GiB" in page.text


class TestSettingProjectLimits(Administered, FillsForm):
    page = limits.FORMS[2]

    def prepare(self):
        self.project = factories.make_project(self.personas.user)

    def parts(self):
        return (self.project.uuid,)

    def values(self):
        return {"resource": "instances", "maximum": "3"}

    def check(self, page):
        assert page.title == self.project.name
        assert "0 of 3" in page.text
        assert page.button("Set a limit")
        assert self.browser("user").get("project", self.project.uuid).button("Set a limit") is None


class TestRoleList(ListsRows):
    page = roles.ROLES
    reader = "root_admin"
    strangers = ()

    def make(self, number=0):
        return factories.make_role()


class TestRolePage(ShowsRow):
    page = roles.ROLE
    reader = writer = "root_admin"
    strangers = ()

    def make(self, number=0):
        return factories.make_role(rules=("instance.*",))

    def test_it_lists_what_the_role_allows(self):
        page = self.shown(self.make())
        assert "instance.*" in page.text
        assert "deploy" in page.text

    def test_domain_admins_see_no_role_above_theirs(self):
        role = factories.role_named("Root Admin")
        assert self.shown(role, "domain_admin").status == 404
