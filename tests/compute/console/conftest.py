"""A running simulated instance, its owner at a browser, and the server of its console."""

import pytest

from compute.services.instances import consoles
from tests.support import console_server
from tests.support.factories import caller, make_account, make_domain, make_root_admin, make_user
from tests.support.factories_compute import deployed, make_cloud

HERE = "127.0.0.1"


@pytest.fixture
def cloud():
    return make_cloud()


@pytest.fixture
def person():
    return make_user(make_account(make_domain()))


@pytest.fixture
def session(person):
    return console_server.session_of(person)


@pytest.fixture
def tenant(person, session):
    """The owner, as the portal knows them in their browser."""
    return caller(person, door="portal", address=HERE, session_key=session)


@pytest.fixture
def instance(cloud, tenant):
    return deployed(cloud, tenant)


@pytest.fixture
def root():
    return caller(make_root_admin())


@pytest.fixture
def server():
    with console_server.serving() as running:
        yield running


@pytest.fixture
def token(tenant, instance):
    return consoles.open_console(tenant, instance).token
