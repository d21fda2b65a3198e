"""Asking for a plan, sending it back, and holding what was done against what was said."""

from collections import defaultdict
from contextlib import contextmanager

from django.db import transaction

from tenants.models import Counter
from tests.support.clients import RestClient


@contextmanager
def taken_back():
    """What is done inside is undone at its end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def carried_out(caller, method, address, values):
    """The plan of a request, what it answered when that was sent back with it, and what came out otherwise than said.

    The last is a list of sentences; empty where all is well. What is about nothing that there is has no plan, but the
    same refusal both times.
    """
    client, before = RestClient(caller), _counted()
    said = client.send(method, f"{address}?plan=1", values).json()
    plan = said.get("plan") or {"refusal": said, "effects": [], "fingerprint": ""}
    answer = client.send(method, address, values, x_plan=plan["fingerprint"])
    return plan, answer, [*_otherwise(plan, answer), *_uncounted(plan, before)]


def _otherwise(plan, answer):
    if plan["refusal"]:
        code = answer.json().get("code")
        return [f"planned {plan['refusal']['code']}, got {code}"] * (code != plan["refusal"]["code"])
    return [f"planned, got {answer.status_code}: {answer.content}"] * (answer.status_code >= 300)


def _uncounted(plan, before):
    amounts = defaultdict(int)
    for effect in plan["effects"]:
        if "amount" in effect:
            amounts[effect["resource"]] += effect["amount"]
    grown = {key: used - before.get(key, 0) for key, used in _counted().items()}
    return [f"{key} grew by {more}" for key, more in grown.items() if more > amounts[key[2]]]


def _counted():
    return {(one.level, one.owner_id, one.resource): one.used for one in Counter.objects.all()}
