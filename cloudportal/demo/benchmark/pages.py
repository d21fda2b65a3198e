"""How long one page of instances takes, and how many queries, through both doors."""

import statistics
import time
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants.models import User

DOORS = {"REST": "/api/v1/instances/?page_size=50", "portal": "/instances/?page_size=50"}
WARM_UPS = 3
REPEATS = 21


@dataclass(frozen=True)
class Reading:
    """The median time of one page, and the queries that it needs."""

    seconds: float
    queries: int


def read_all(user: User) -> dict[str, Reading]:
    """By door, what its list of instances costs this user."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="tenants.authentication.LocalPasswords")
    return {door: _read(client, address) for door, address in DOORS.items()}


def _read(client: Client, address: str) -> Reading:
    for _ in range(WARM_UPS):
        _get(client, address)
    seconds = statistics.median(_get(client, address) for _ in range(REPEATS))
    with CaptureQueriesContext(connection) as queries:
        _get(client, address)
    return Reading(seconds, len(queries))


def _get(client: Client, address: str) -> float:
    began = time.perf_counter()
    answer = client.get(address)
    took = time.perf_counter() - began
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}.")
    return took
