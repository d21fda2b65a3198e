from uuid import uuid4

import pytest

from networking import holdings
from networking.models import Address
from networking.services import addresses
from tenants.models import Account
from tests.support.factories import account_of, make_caller
from tests.support.factories_infra import make_network

pytestmark = pytest.mark.django_db


def test_an_accounts_addresses_are_given_back_and_nobody_elses():
    network, caller, other = make_network(), make_caller(), make_caller()
    mine = addresses.take(caller, network, account_of(caller), held_by=uuid4())
    theirs = addresses.take(other, network, account_of(other), held_by=uuid4())
    accounts = Account.objects.filter(pk=account_of(caller).pk)
    assert list(holdings.taken(accounts)) == [mine]
    for address in holdings.taken(accounts):
        holdings.remove(caller, address)
    assert list(holdings.taken(accounts)) == []
    assert Address.objects.get(state="taken") == theirs
