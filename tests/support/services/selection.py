"""Decides which tests are real, which worker gets them, and which ones a second database is worth.

Workers compare the names of their tests before they begin, so names must not hold addresses or random values.
"""

import re
import types
import uuid

import pytest
from django.test import TransactionTestCase

REAL_FIXTURES = {
    "slapd_server",
    "start_slapd",
    "mariadb_server",
    "rabbitmq_server",
    "redis_server",
    "nfs_server",
    "chromium_browser",
}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# A real guest or browser takes minutes and does not know which database keeps the rows.
GUEST_FIXTURES = {"libvirtd_process", "private_libvirtd", "real_cloud", "chromium_browser"}
# Folders whose tests ask every route or every step the same question: thousands of short tests, minutes in all.
THOROUGH = {"permissions", "security", "faults"}
DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "django_db_serialized_rollback"}


def pytest_addoption(parser):
    parser.addoption(
        "--database-only", action="store_true", help="run only the tests that touch the database"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    for item in items:
        if item.path.is_relative_to(config.rootpath / "tests") and THOROUGH & set(item.path.parts):
            item.add_marker(pytest.mark.slow)
        if REAL_FIXTURES & set(item.fixturenames):
            item.add_marker(pytest.mark.real)
        if item.get_closest_marker("real"):
            # Guests, servers and browsers side by side would only slow each other past their time limits.
            item.add_marker(pytest.mark.xdist_group("real"))
    if config.getoption("--database-only"):
        kept = [item for item in items if touches_database(item) and is_worth_a_second(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
        items[:] = kept


def pytest_make_parametrize_id(config, val, argname):
    """A name for a parameter that is the same in every worker; None leaves it to pytest."""
    if isinstance(val, types.ModuleType | types.FunctionType | types.MethodType):
        return val.__name__.rpartition(".")[2]
    if isinstance(val, uuid.UUID):
        return argname
    return UUID.sub("uuid", val) if isinstance(val, str) and UUID.search(val) else None


def is_worth_a_second(item):
    """False for what costs minutes and says the same on any database."""
    return not (item.get_closest_marker("any_database") or GUEST_FIXTURES & set(item.fixturenames))


def touches_database(item):
    """True for what pytest-django gives a database to."""
    by_class = isinstance(item.cls, type) and issubclass(item.cls, TransactionTestCase)
    marked = item.get_closest_marker("django_db") is not None
    return by_class or marked or bool(DATABASE_FIXTURES & set(item.fixturenames))
