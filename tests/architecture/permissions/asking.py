"""Asking a route as a persona, without changing anything, and reading what it said."""

import re
from itertools import pairwise
from uuid import uuid4

from tests.architecture.permissions.audiences import NO, NONE, WHO, YES
from tests.support.clients import RestClient

_OUTCOMES = {401: WHO, 403: NO, 404: NONE}
_REFUSALS = {"not-signed-in": WHO, "not-permitted": NO, "not-found": NONE}
_PLACE = re.compile(r"\{(\w+)(:str)?\}")
# What stands where the path names something by a word and not by a uuid.
_WORDS = {"resource": "instances", "name": "project.users_may_create"}


def nouns_in(path):
    """`projects/{project}/members/{uuid}/` → ("projects", "projects/members")."""
    nouns, above = [], ""
    segments = path.strip("/").split("/")
    for segment, following in pairwise(segments):
        place = _PLACE.fullmatch(following)
        if place and not place[2]:
            nouns.append(f"{above}{segment}")
            above = f"{segment}/"
    return tuple(nouns)


def address_of(path, uuids):
    """The path with its places filled in order."""
    waiting = iter(uuids)
    return _PLACE.sub(lambda place: _WORDS[place[1]] if place[2] else str(next(waiting)), path)


def ask(route, caller, uuids, values=None):
    """Sends the request as a plan where it would change something."""
    address = address_of(route.path, uuids)
    if route.operation.can_be_planned:
        address += "?plan=1"
    return RestClient(caller).send(route.method, address, values or {})


def outcome(response):
    """What the answer means for the one who asked."""
    if response.status_code in _OUTCOMES:
        return _OUTCOMES[response.status_code]
    body = response.json() if response.content else {}
    plan = body.get("plan") if isinstance(body, dict) else None
    refusal = (plan or {}).get("refusal") or {}
    if refusal.get("code") in _REFUSALS:
        return _REFUSALS[refusal["code"]]
    assert response.status_code < 500, response.content
    return YES


def refusal_code(response):
    """The code with which a plan or a request was refused, or None where it was not."""
    body = response.json()
    if "plan" in body:
        return (body["plan"].get("refusal") or {}).get("code")
    return body.get("code")


def nobody():
    """A uuid that nothing has."""
    return uuid4()
