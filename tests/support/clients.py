"""Clients for the doors: each speaks for one caller and answers with what came back."""

from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tenants.authentication import users_with_account
from tenants.models import User

API = "/api/v1/"


class RestClient:
    """The REST door, as one caller knows it. Addresses are given without `/api/v1/`."""

    def __init__(self, caller=None):
        self.caller = caller
        # What goes wrong inside must come out as the door's own answer, as it does for real clients.
        self._client = APIClient(raise_request_exception=False)
        if caller is not None:
            user = users_with_account().filter(pk=caller.user_id).first()
            self._client.force_authenticate(user or User(pk=caller.user_id), token=caller)

    def get(self, address, parameters=None, **headers):
        return self._client.get(API + address, parameters or {}, headers=headers)

    def post(self, address, values=None, **headers):
        return self._send("post", address, values, headers)

    def patch(self, address, values=None, **headers):
        return self._send("patch", address, values, headers)

    def put(self, address, values=None, **headers):
        return self._send("put", address, values, headers)

    def delete(self, address, **headers):
        return self._send("delete", address, None, headers)

    def send(self, method, address, values=None, **headers):
        """A request whose method is a value, as in the permission matrix."""
        return self.get(address) if method == "GET" else self._send(method.lower(), address, values, headers)

    def raw(self, method, address, body, content_type="application/json", **headers):
        """A body exactly as given."""
        return self._client.generic(method, API + address, body, content_type=content_type, headers=headers)

    def _send(self, method, address, values, headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return getattr(self._client, method)(API + address, values or {}, format="json", headers=named)


@contextmanager
def counted_queries():
    """Counts the database queries inside: `with counted_queries() as queries: ...; len(queries)`."""
    with CaptureQueriesContext(connection) as queries:
        yield queries
