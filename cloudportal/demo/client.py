"""The portal as a program outside knows it: signed in through its page, then speaking to its REST API."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

TIMEOUT_SECONDS = 30
CSRF_COOKIE = "csrftoken"
SESSION_COOKIE = "sessionid"
PAGE_OF_SIGN_IN = "/sign-in/"
API = "/api/v1/"
FORM = "application/x-www-form-urlencoded"


class Refused(Exception):
    """The portal said no; the message is its own sentence."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


class Client:
    """One person's session at the portal that listens on this port of the loopback address.

    With the cookies of another client it goes on with that one's session.
    """

    def __init__(self, port: int, *, cookies: Mapping[str, str] | None = None) -> None:
        self._port = port
        self._cookies = dict(cookies or {})

    @property
    def cookies(self) -> Mapping[str, str]:
        """By which the portal knows who this is."""
        return self._cookies

    def sign_in(self, domain: str, username: str, password: str) -> None:
        """Signs in as people do. Raises Refused."""
        self._exchange("GET", PAGE_OF_SIGN_IN)
        fields = {"domain": domain, "username": username, "password": password}
        form = urlencode({**fields, "csrfmiddlewaretoken": self._cookies.get(CSRF_COOKIE, "")})
        self._exchange("POST", PAGE_OF_SIGN_IN, form.encode(), FORM)
        if SESSION_COOKIE not in self._cookies:
            raise Refused(f"The portal did not let {username} of {domain or 'ROOT'} in.")

    def get(self, address: str, **parameters: object) -> Any:
        """What is at this address of the API, without `/api/v1/`. Raises Refused."""
        query = f"?{urlencode(parameters)}" if parameters else ""
        return self._call("GET", f"{address}{query}", None)

    def post(self, address: str, values: Mapping[str, object] | None = None) -> Any:
        """What the API answers to these values. Raises Refused."""
        return self._call("POST", address, json.dumps(values or {}).encode())

    def _call(self, method: str, address: str, body: bytes | None) -> Any:
        answer = self._exchange(method, API + address, body, "application/json")
        try:
            values = json.loads(answer.body or b"null")
        except ValueError:
            values = {}
        if answer.status >= 400:
            raise Refused(
                values.get("detail") or f"The portal answered {answer.status} to {method} {address}."
            )
        return values

    def _exchange(self, method: str, address: str, body: bytes | None = None, kind: str = "") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, address, body, self._headers(kind if body else ""))
            response = connection.getresponse()
            self._keep(response.headers.get_all("Set-Cookie", []))
            return Answer(response.status, response.read())
        finally:
            connection.close()

    def _headers(self, kind: str) -> dict[str, str]:
        headers = {"X-CSRFToken": self._cookies.get(CSRF_COOKIE, "")}
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return {**headers, "Content-Type": kind} if kind else headers

    def _keep(self, lines: list[str]) -> None:
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                self._cookies[name] = morsel.value
