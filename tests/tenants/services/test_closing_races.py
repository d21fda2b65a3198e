"""Deleting a domain while others still add to it: nothing is left open behind the closed door."""

import pytest

from cloudportal.core.errors import Conflict, WrongState
from tenants import states
from tenants.models import Account, Domain
from tenants.services import accounts, domains
from tenants.services.accounts import NewAccount
from tenants.services.domains import NewDomain
from tests.support.factories import make_domain, make_personas, role_named
from tests.support.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_nothing_stays_open_in_a_domain_that_is_closed():
    who = make_personas()
    top = make_domain(who.domain)
    role = role_named("User").uuid

    def delete(number):
        return domains.delete(who.domain_admin, Domain.objects.get(pk=top.pk), with_contents=True)

    def add(number):
        kinds = (
            lambda: accounts.create(who.domain_admin, top, NewAccount(f"late {number}", role)),
            lambda: domains.create(who.domain_admin, top, NewDomain(f"late {number}")),
        )
        return kinds[number % 2]()

    answers = at_once(13, lambda number: (delete if number == 6 else add)(number))
    refusals = [answer for answer in answers if isinstance(answer, Exception)]
    assert all(isinstance(one, Conflict | WrongState) for one in refusals), refusals
    below = Domain.objects.filter(path__startswith=top.path)
    inside = Account.objects.filter(domain__path__startswith=top.path)
    assert {one.state for one in below} == {states.REMOVING}
    assert {one.state for one in inside} <= {states.REMOVING}
    assert below.count() + inside.count() - 1 + len(refusals) == 12
