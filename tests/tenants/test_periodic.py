"""Regular work of the tenants."""

import pytest
from django.core import mail

from cloudportal.core.errors import InvalidInput
from cloudportal.events import alerts
from cloudportal.jobs.periodic import all_periodic
from tenants.configuration import ALERT_RECIPIENTS
from tenants.periodic import mail_alerts
from tenants.queries.settings import EVERYWHERE
from tenants.services import settings
from tests.support.factories import caller, make_root_admin

pytestmark = pytest.mark.django_db


def tell(*addresses):
    settings.set_value(caller(make_root_admin()), EVERYWHERE, ALERT_RECIPIENTS.name, list(addresses))


def test_alerts_are_mailed_once_to_whom_the_settings_name():
    tell("ops@example.org", "night@example.org")
    alerts.raise_alert("host-silent", "host:1", "Host one does not answer.")
    assert [mail_alerts(), mail_alerts()] == [1, 0]
    assert [message.to for message in mail.outbox] == [["ops@example.org", "night@example.org"]]


def test_alerts_wait_until_somebody_is_named():
    alerts.raise_alert("host-silent", "host:1", "Host one does not answer.")
    assert mail_alerts() == 0
    tell("ops@example.org")
    assert mail_alerts() == 1


def test_a_sentence_of_two_lines_is_mailed_under_one():
    tell("ops@example.org")
    alerts.raise_alert("host-silent", "host:1", "Host\r\nBcc: everybody@example.org")
    assert mail_alerts() == 1
    assert mail.outbox[0].subject == "[cloud portal] Host Bcc: everybody@example.org"
    assert mail.outbox[0].recipients() == ["ops@example.org"]


@pytest.mark.parametrize("address", ["nobody", "a@example.org\nBcc: b@example.org", "a b@example.org", "@"])
def test_what_is_no_address_is_not_set(address):
    with pytest.raises(InvalidInput):
        tell("ops@example.org", address)


def test_it_happens_regularly():
    assert "tenants.mail-alerts" in {one.name for one in all_periodic()}
