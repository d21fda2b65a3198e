"""Templates from the web: what the job does with what servers send, and where it never goes."""

import hashlib
import socket
from ipaddress import ip_network

import pytest

from cloudportal.core.errors import InvalidInput, NotPermitted
from cloudportal.events.models import MeterMark
from cloudportal.jobs import services as jobs
from storage import fetches, store
from storage.models import Template
from storage.services import registration
from storage.services.registration import TemplateFile
from tenants.queries.settings import Place
from tenants.services import settings as portal_settings
from tests.support.factories import make_personas
from tests.support.factories_infra import qcow2_bytes
from tests.support.jobs import run_job
from tests.support.webserver import serving

pytestmark = pytest.mark.django_db

IMAGE = qcow2_bytes(salt=b"fetched")


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.STATE_DIR = tmp_path


@pytest.fixture
def people():
    return make_personas()


@pytest.fixture
def web():
    with serving() as answers:
        yield answers


@pytest.fixture
def opened(people, web):
    """The cloud's operators allow this very server."""
    allow(people, "fetch.allowed_networks", ["127.0.0.1/32"])
    allow(people, "fetch.allowed_ports", [str(web.port)])
    return web


def allow(people, name, value):
    portal_settings.set_value(people.root_admin, Place(), name, value)


def registered(caller, web, path="/image", **more):
    values = TemplateFile(
        **{"name": "Fetched", "format": "qcow2", "url": f"http://127.0.0.1:{web.port}{path}", **more}
    )
    template, job = registration.register(caller, values)
    run_job(job)
    template.refresh_from_db()
    return template, job


def test_a_user_registers_a_template_from_the_web(people, opened):
    opened.file("/image", IMAGE)
    checksum = hashlib.sha256(IMAGE).hexdigest()
    template, job = registered(people.user, opened, checksum=checksum)
    assert (job.state, template.state, template.checksum) == ("done", "ready", checksum)
    assert store.path_of(checksum).read_bytes() == IMAGE
    assert list(MeterMark.objects.values_list("meter", "starts")) == [("template", True)]


def test_what_came_in_is_inspected_like_everything_else(people, opened):
    opened.file("/image", b"#!/bin/sh\n" * 100)
    template, job = registered(people.user, opened)
    assert (job.state, template.state) == ("failed", "error")
    assert list(store._incoming().iterdir()) == []


def test_another_file_than_was_meant_is_refused(people, opened):
    opened.file("/image", IMAGE)
    template, job = registered(people.user, opened, checksum="sha512:" + "0" * 128)
    assert (template.state, job.message_code) == ("error", "invalid-input")


def test_a_broken_off_image_is_gone_on_with(people, opened):
    opened.broken("/image", IMAGE, after=5000)
    template, _ = registered(people.user, opened)
    assert template.state == "ready"
    assert opened.requests[-1].headers["Range"] == "bytes=5000-"


def test_a_failed_fetch_can_be_tried_again(people, opened):
    template, job = registered(people.user, opened)
    assert template.state == "error"
    opened.file("/image", IMAGE)
    run_job(jobs.retry(people.domain_admin, job))
    template.refresh_from_db()
    assert template.state == "ready"


def test_registering_asks_nobody_anything(people, web, monkeypatch):
    """CVE-2026-61422: the server was asked for the size before the address was looked at."""

    def nobody(*arguments, **options):
        raise AssertionError("a name was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    values = TemplateFile(name="x", format="qcow2", url="http://intranet.example.org/image")
    registration.register(people.user, values)
    assert web.requests == []


def test_without_the_operators_leave_nothing_inside_is_asked(people, web):
    allow(people, "fetch.allowed_ports", [str(web.port)])
    web.file("/image", IMAGE)
    template, job = registered(people.user, web)
    assert (template.state, job.message_code, web.requests) == ("error", "invalid-input", [])


def test_a_redirect_inside_is_not_followed(people, opened):
    opened.redirect("/image", f"http://127.0.0.2:{opened.port}/secret")
    template, _ = registered(people.user, opened)
    assert template.state == "error"
    assert [one.path for one in opened.requests] == ["/image"]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/x",
        "http://example.org:22/x",
        "http://u:p@example.org/x",
        "nfs://10.0.0.1/x",
        "x",
    ],
)
def test_what_cannot_be_fetched_is_refused_at_once(people, url):
    with pytest.raises(InvalidInput) as refusal:
        registration.register(people.user, TemplateFile(name="x", format="qcow2", url=url))
    assert "url" in refusal.value.fields
    assert not Template.objects.exists()


def test_a_template_comes_from_one_place(people):
    for more in ({}, {"url": "https://example.org/x", "source_file": "/etc/passwd"}):
        with pytest.raises(InvalidInput):
            registration.register(people.root_admin, TemplateFile(name="x", format="qcow2", **more))


def test_users_name_no_files_of_the_server_and_publish_nothing(people):
    for more in ({"source_file": "/etc/passwd"}, {"url": "https://example.org/x", "is_public": True}):
        with pytest.raises(NotPermitted):
            registration.register(people.user, TemplateFile(name="x", format="qcow2", **more))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fetch.allowed_networks", ["10.0.0.1/8"]),
        ("fetch.allowed_networks", ["everywhere"]),
        ("fetch.allowed_ports", ["0"]),
        ("fetch.allowed_ports", ["http"]),
        ("fetch.allowed_ports", ["٨٠"]),
    ],
)
def test_a_setting_that_is_no_network_or_port_is_refused(people, name, value):
    with pytest.raises(InvalidInput):
        allow(people, name, value)


def test_the_policy_is_what_the_settings_say(people):
    allow(people, "fetch.allowed_networks", ["10.20.0.0/28"])
    assert fetches.policy().networks == (ip_network("10.20.0.0/28"),)
    assert fetches.policy().ports == {80, 443, 8080, 8443}
