"""Requests as they reach services: with a session, from an address, and with headers."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client, RequestFactory

ADDRESS = "192.0.2.10"


def request_from(address=ADDRESS, session_key=None, **headers):
    """A request of nobody yet. Headers as in `x_forwarded_for=…`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = RequestFactory().post("/", REMOTE_ADDR=address, headers=named)
    request.session = SessionStore(session_key)
    request.user = AnonymousUser()
    return request


def client_with(request):
    """A browser that holds the cookie of this request's session, and of nothing else."""
    request.session.save()
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    return client
