"""A whole life of secrets, and then a search for every one of them wherever they must not be.

CVE-2026-59657 (job rows), CVE-2026-59780 (directories), CVE-2024-42062 (keys of others), CVE-2015-9543 (logs).
"""

import json
import logging
import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as configuration
from django.core import mail
from django.test import Client

from cloudportal.core import clock
from cloudportal.jobs.models import Job
from compute.models import Instance
from compute.topology.models import Host
from tenants.models import DirectoryServer, Invitation, User
from tests.architecture.permissions.things import World
from tests.security.doors import admin_doors, ask, browser_of, portal_doors, rest_doors
from tests.security.rows import stored
from tests.support import factories
from tests.support.clients import API
from tests.support.factories_compute import make_cloud
from tests.support.jobs import run_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SECRETS = {
    "first password": "canary-first-Pa55word",
    "own password": "canary-own-Pa55word",
    "reset password": "canary-reset-Pa55word",
    "wrong password": "canary-wrong-Pa55word",
    "password typed as a name": "canary-typed-as-name",
    "bind password": "canary-bind-Pa55word",
    "directory password": "canary-ldap-Pa55word",
    "key of nobody": "canary-key:canary-secret-of-nobody",
    "token of nobody": "cpt_canary-token-of-nobody",
    "host's secret": "canary-host-secret",
    "user data": "canary-user-data",
}

PERSONAS = ("root_admin", "domain_admin", "user")


@dataclass
class Life:
    """What happened, and every secret that was born on the way."""

    world: World
    secrets: dict = field(default_factory=lambda: dict(SECRETS))
    answers: list = field(default_factory=list)

    def send(self, method, address, values=None, browser=None, **headers):
        """Asks the REST door as a program or a browser does, and keeps what it said."""
        browser = browser or Client(raise_request_exception=False)
        body = json.dumps(values or {})
        answer = browser.generic(
            method,
            API + address,
            body,
            content_type="application/json",
            headers=headers,
            REMOTE_ADDR="192.0.2.77",
        )
        self.answers.append(answer)
        return answer


@pytest.fixture
def life(settings, caplog):
    settings.SIGN_IN_REFUSAL_SECONDS = 0
    caplog.set_level(logging.DEBUG)
    lived = Life(World())
    person = a_person_with_a_password(lived)
    signing_in(lived, person)
    bearer = keys_and_tokens(lived, person)
    a_directory_that_is_down(lived)
    a_host_with_a_secret(lived)
    an_instance_from_deployment_to_destruction(lived, bearer)
    an_invitation_by_mail(lived, bearer)
    lived.secrets |= {"session": secret_cookie(person)}
    return lived


def a_person_with_a_password(life):
    account = factories.account_of(life.world.personas.user)
    values = {"account": str(account.uuid), "username": "ann", "password": SECRETS["first password"]}
    root = browser_of(life.world.personas.root_admin)
    made = life.send("POST", "users/", {**values, "email": "ann@example.org"}, root, Idempotency_Key="k1")
    assert made.status_code == 201, made.content
    life.send("POST", "users/?plan=1", {**values, "username": "bob"}, root)
    life.send(
        "POST", f"users/{made.json()['uuid']}/set-password/", {"password": SECRETS["reset password"]}, root
    )
    return User.objects.get(uuid=made.json()["uuid"])


def signing_in(life, person):
    domain = str(person.domain.uuid)
    tries = (
        ("ann", "wrong password"),
        ("password typed as a name", "wrong password"),
        ("ann", "reset password"),
    )
    browser = Client()
    for name, word in tries:
        values = {"domain": domain, "username": SECRETS.get(name, name), "password": SECRETS[word]}
        answer = life.send("POST", "session/", values, browser)
    assert answer.status_code == 200, answer.content
    passwords = {"old_password": SECRETS["reset password"], "new_password": SECRETS["own password"]}
    changed = life.send("POST", "profile/password/", passwords, browser)
    assert changed.status_code == 204, changed.content


def keys_and_tokens(life, person):
    browser = browser_of(factories.caller(person))
    key = life.send("POST", "api-keys/", {"name": "key"}, browser, Idempotency_Key="k2").json()
    until = (clock.now() + timedelta(days=1)).isoformat()
    values = {"name": "token", "patterns": ["instance.*"], "expires_at": until}
    token = life.send("POST", "api-tokens/", values, browser, Idempotency_Key="k3").json()
    life.secrets |= {"API secret": key["secret"], "token": token["token"]}
    life.answers.clear()
    for words in (f"ApiKey {key['key']}:{key['secret']}", f"Bearer {token['token']}"):
        assert life.send("GET", "instances/", Authorization=words).status_code == 200
    for words in (f"ApiKey {SECRETS['key of nobody']}", f"Bearer {SECRETS['token of nobody']}"):
        assert life.send("GET", "instances/", Authorization=words).status_code == 401
    return f"ApiKey {key['key']}:{key['secret']}"


def a_directory_that_is_down(life):
    root = browser_of(life.world.personas.root_admin)
    values = {
        "name": "company",
        "domain": str(life.world.personas.other_domain.uuid),
        "uris": ["ldap://127.0.0.1:9"],
        "bind_dn": "cn=portal,dc=x",
        "bind_password": SECRETS["bind password"],
        "user_base": "dc=x",
        "group_base": "dc=x",
    }
    made = life.send("POST", "directory-servers/", {**values, "uris": ["ldaps://127.0.0.1:9"]}, root)
    assert made.status_code == 201, made.content
    person = {"username": "eve", "password": SECRETS["directory password"]}
    life.send("POST", f"directory-servers/{made.json()['uuid']}/try-sign-in/", person, root)
    refused = life.send("POST", "session/", {**person, "domain": values["domain"]})
    assert refused.status_code == 503, refused.content
    life.world._things["directory-servers"] = DirectoryServer.objects.get(uuid=made.json()["uuid"])


def a_host_with_a_secret(life):
    host = life.world.the("hosts")
    Host.objects.filter(pk=host.pk).update(secrets=json.dumps({"password": SECRETS["host's secret"]}))


def an_instance_from_deployment_to_destruction(life, bearer):
    cloud = make_cloud()
    values = {
        "name": "web",
        "zone": str(cloud.zone.uuid),
        "template": str(cloud.template.uuid),
        "offering": str(cloud.offering.uuid),
        "user_data": f"#cloud-config\npassword: {SECRETS['user data']}\n",
    }
    made = life.send("POST", "instances/", values, Authorization=bearer)
    assert made.status_code == 202, made.content
    run_jobs()
    uuid = made.json()["instance"]["uuid"]
    for verb, sent in (("stop", {"force": True}), ("start", {}), ("destroy", {"force": True})):
        asked = life.send("POST", f"instances/{uuid}/{verb}/", sent, Authorization=bearer)
        assert asked.status_code == 202, asked.content
        run_jobs()
    life.world._things |= {"instances": Instance.objects.get(uuid=uuid), "jobs": Job.objects.first()}


def an_invitation_by_mail(life, bearer):
    project = life.send("POST", "projects/", {"name": "common"}, Authorization=bearer).json()
    address = f"projects/{project['uuid']}/invitations/"
    assert life.send("POST", address, {"email": "ann@example.org"}, Authorization=bearer).status_code == 201
    run_jobs()
    token = re.search(r"/invitations/([^/\s]+)/", mail.outbox[-1].body)[1]
    life.secrets["invitation"] = token
    stranger, ann = (
        browser_of(life.world.personas.user),
        browser_of(factories.caller(User.objects.get(username="ann"))),
    )
    assert stranger.get(f"/invitations/{token}/").status_code == 404
    assert ann.get(f"/invitations/{token}/").status_code == 200
    life.send("POST", "invitations/accept/", {"token": token}, stranger)
    life.world._things["projects/invitations"] = Invitation.objects.get()


def secret_cookie(person):
    browser = browser_of(factories.caller(person))
    return browser.cookies["sessionid"].value


# Whoever may see an instance may see what its guest is told.
GUEST_TEXT = {
    (persona, page): {"user data"}
    for persona in PERSONAS
    for page in ("portal:instance", "portal:instance-edit")
}


def found(text, secrets):
    """The names of the secrets that are in the text."""
    return {name for name, secret in secrets.items() if secret in text}


def but(secrets, *names):
    return {name: secret for name, secret in secrets.items() if name not in names}


def told_to(life, doors):
    """By persona and door, the secrets in what it shows."""
    browsers = {persona: browser_of(life.world.caller(persona)) for persona in PERSONAS}
    told = {
        (persona, door.name): found(ask(browser, door).content.decode(), life.secrets)
        for persona, browser in browsers.items()
        for door in doors
    }
    assert len(told) > 100
    return {where: names for where, names in told.items() if names}


def test_no_secret_is_kept_in_clear(life):
    # Django keeps the keys of sessions as they are: what it has to find a session by cannot be encrypted.
    assert found(stored(), but(life.secrets, "session")) == set()


def test_no_secret_is_logged_or_sent_to_the_broker(life, caplog, capfd):
    records = caplog.get_records("setup")
    written = "\n".join(f"{one.getMessage()} {one.args} {one.exc_text} {one.exc_info}" for one in records)
    assert "/api/v1/" in written
    assert found(written + "".join(capfd.readouterr()), life.secrets) == set()
    folder = Path(configuration.CELERY_BROKER.removeprefix("filesystem://"))
    messages = [file.read_text(errors="replace") for file in folder.rglob("*") if file.is_file()]
    assert messages
    assert found("\n".join(messages), life.secrets) == set()


def test_no_secret_is_in_what_the_rest_door_answers(life):
    assert len(life.answers) > 10
    told = "\n".join(one.content.decode() + str(dict(one.headers)) for one in life.answers)
    assert found(told, life.secrets) == set()
    assert told_to(life, [door for door in rest_doors(life.world) if door.method == "GET"]) == {}


def test_no_secret_is_on_any_page(life):
    nouns = ("users", "hosts", "instances", "jobs", "directory-servers", "api-keys")
    admin = {door.path: door for noun in nouns for door in admin_doors(life.world.the(noun))}
    assert told_to(life, [*portal_doors(life.world), *admin.values()]) == GUEST_TEXT
