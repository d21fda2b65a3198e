"""Many creates at once against a limit (CVE-2025-69233), through the REST door, on whichever database there is."""

from collections import Counter as Tally

import pytest

from storage.models import Volume
from tenants.models import Counter
from tests.support import factories
from tests.support.clients import RestClient
from tests.support.factories_infra import make_disk_offering, make_pool
from tests.support.races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ASKING = 200
MAXIMUM = 17


def test_two_hundred_creates_at_once_make_exactly_as_many_as_are_allowed():
    account = factories.make_account(maxima={"volumes": MAXIMUM})
    caller = factories.caller_for(account)
    zone, offering = make_pool().zone, make_disk_offering(size_gib=1)

    def create(number):
        values = {"name": f"disk-{number}", "zone": str(zone.uuid), "offering": str(offering.uuid)}
        answer = RestClient(caller).post("volumes/", values)
        return answer.status_code, answer.json().get("code")

    answers = at_once(ASKING, create)
    assert Tally(answers) == {(202, None): MAXIMUM, (409, "limit-reached"): ASKING - MAXIMUM}
    assert Volume.objects.filter(account=account).count() == MAXIMUM
    counters = Counter.objects.filter(resource="volumes", owner_id__in=[account.pk, account.domain_id])
    assert {one.used for one in counters} == {MAXIMUM}
