"""Fixtures of real services. Each worker starts its own at first use, so no two tests share one across processes."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from deploy.services import certificates, ganesha, mariadb, rabbitmq, redis, slapd

PEOPLE = Path(slapd.__file__).parent / "schemas" / "people.ldif"
CHROMIUM = "/usr/bin/chromium"
# No sandbox: it cannot be had as root. The others keep it from the network and from the graphics card.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-crash-reporter",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def slapd_server(tmp_path_factory):
    """The small company's directory. Tests that change or stop it take `start_slapd` instead."""
    server = slapd.start(tmp_path_factory.mktemp("slapd"), PEOPLE.read_text())
    yield server
    slapd.stop(server)


@pytest.fixture
def start_slapd(tmp_path_factory):
    """Starts a directory of the test's own: `start_slapd()` or `start_slapd(entries, ports=…, passwords=…)`."""
    started = []

    def start(entries=None, **options):
        server = slapd.start(tmp_path_factory.mktemp("slapd"), entries or PEOPLE.read_text(), **options)
        started.append(server)
        return server

    yield start
    for server in started:
        slapd.stop(server)


@pytest.fixture(scope="session")
def strange_authority(tmp_path_factory):
    """The certificate file of an authority that signed nothing."""
    return certificates.make_authority(tmp_path_factory.mktemp("authority"), "A stranger").certificate


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory):
    """An empty MariaDB; `.environment` makes the portal use it."""
    server = mariadb.start(tmp_path_factory.mktemp("mariadb"))
    yield server
    mariadb.stop(server)


@pytest.fixture(scope="session")
def rabbitmq_server(tmp_path_factory):
    """An empty RabbitMQ node; `.environment` makes the portal use it."""
    server = rabbitmq.start(tmp_path_factory.mktemp("rabbitmq"))
    yield server
    rabbitmq.stop(server)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory):
    """An empty Redis; `.environment` makes the portal use it."""
    server = redis.start(tmp_path_factory.mktemp("redis"))
    yield server
    redis.stop(server)


@pytest.fixture(scope="session")
def nfs_server(tmp_path_factory):
    """An NFS server; each test takes a directory of its own in what it exports."""
    server = ganesha.start(tmp_path_factory.mktemp("nfs"))
    yield server
    ganesha.stop(server)


@pytest.fixture(scope="session")
def chromium_browser():
    """Debian's Chromium, driven by Playwright."""
    # Playwright keeps an event loop running in this thread, and Django refuses its database beside one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium_browser):
    """A fresh browser page without cookies. Errors in its scripts are kept in `page.script_errors`."""
    context = chromium_browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.script_errors = []
    page.on("pageerror", lambda error: page.script_errors.append(error))
    yield page
    context.close()
