"""What every test stands on."""

import pytest

import cloudportal.celery  # noqa: F401


def pytest_configure(config):
    from django.conf import settings

    # Each test client is a server of its own; it must not read all static files when it starts.
    settings.WHITENOISE_AUTOREFRESH = True
    # The hash of production takes a twentieth of a second on purpose, thousands of times.
    settings.PASSWORD_HASHERS = ["tests.support.passwords.QuickArgon2"]


pytest_plugins = ["tests.support.services.fixtures", "tests.support.services.selection"]

_DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Lays the foundation once; tests that empty the tables lay it again."""
    from tests.support import factories, flushing

    with django_db_blocker.unblock():
        factories.foundation()
        flushing.keep_facts_about_models()


@pytest.fixture(autouse=True)
def foundation(request, _django_db_marker):
    """Sees to the ROOT domain and the built-in roles under every test that has a database."""
    if not (request.node.get_closest_marker("django_db") or _DATABASE_FIXTURES & set(request.fixturenames)):
        return None
    request.getfixturevalue("_django_db_helper")
    from tests.support import factories

    return factories.foundation()
