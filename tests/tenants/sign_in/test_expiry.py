"""What has expired is swept away."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from cloudportal.core import clock
from cloudportal.jobs.periodic import all_periodic
from tenants.models import ApiToken
from tenants.services import credentials, sign_in
from tenants.services.credentials import NewToken
from tests.support import factories
from tests.support.factories import caller

pytestmark = pytest.mark.django_db


def test_expired_sessions_are_removed_and_others_kept():
    Session.objects.create(session_key="old", session_data="", expire_date=clock.now() - timedelta(days=1))
    Session.objects.create(session_key="new", session_data="", expire_date=clock.now() + timedelta(days=1))
    sign_in.forget_expired()
    assert [one.session_key for one in Session.objects.all()] == ["new"]


def test_expired_tokens_are_removed_and_others_kept():
    user = factories.make_user()
    values = NewToken("token", ["instance.*"], clock.now() + timedelta(days=1))
    old, new = (credentials.create_token(caller(user), user, values).row for _ in range(2))
    ApiToken.objects.filter(pk=old.pk).update(expires_at=clock.now() - timedelta(days=31))
    credentials.forget_expired()
    assert list(ApiToken.objects.all()) == [new]


def test_it_happens_regularly():
    assert {"tenants.expire-sessions", "tenants.expire-tokens"} <= {one.name for one in all_periodic()}
