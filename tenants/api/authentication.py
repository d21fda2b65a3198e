"""From a REST request's credentials to a caller: an API key, a token, or the portal's own session.

Who fails is refused at once and not tried with the next kind: a request says in one way who asks.
"""

from rest_framework.authentication import BaseAuthentication
from rest_framework.authentication import SessionAuthentication as SessionWithCsrf
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from cloudportal.core.caller import Caller
from cloudportal.core.errors import PortalError
from tenants.addresses import source_address
from tenants.authentication import caller_of
from tenants.credential_actions import TOKEN
from tenants.models import User
from tenants.services import credentials

DOOR = "api"
CHALLENGE = 'Bearer realm="cloud portal"'


class CsrfMissing(PortalError):
    """A session came without the proof that the request was made by a page of the portal."""

    code = "csrf-failed"
    status = 403
    sentence = (
        "This request came with a session but without its X-CSRFToken, so another site might have sent it. Reload "
        "the page and try again; programs use an API key or a token."
    )


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: ApiKey <key>:<secret>`."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        """The key's user and caller; None without such a header. Raises CredentialRefused or TooManyRequests."""
        words = _credential(request, "apikey")
        if words is None:
            return None
        key, _, secret = words.partition(":")
        row = credentials.api_key_of(request._request, key, secret)
        return row.user, caller_of(
            row.user,
            door=DOOR,
            address=source_address(request._request),
            credential="api-key",
            named=credentials.name_of(row),
        )

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return CHALLENGE


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        """The token's user, and a caller whom its scope narrows; None without such a header. Raises as above."""
        words = _credential(request, "bearer")
        if words is None:
            return None
        row, scope = credentials.token_of(request._request, words)
        return row.user, caller_of(
            row.user,
            door=DOOR,
            address=source_address(request._request),
            credential=TOKEN,
            scope=scope,
            named=credentials.name_of(row),
        )

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return CHALLENGE


class SessionAuthentication(SessionWithCsrf):
    """The portal's own session, with its CSRF token for whatever changes something."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        """The session's user and caller; None without a session that is still good. Raises CsrfMissing."""
        user = request._request.user
        if not isinstance(user, User) or not user.is_active:
            return None
        self.enforce_csrf(request)
        session_key = request._request.session.session_key
        address = source_address(request._request)
        return user, caller_of(user, door=DOOR, address=address, session_key=session_key)

    def enforce_csrf(self, request: Request) -> None:
        """Raises CsrfMissing where Django's own check fails."""
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            raise CsrfMissing from error

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return CHALLENGE


def _credential(request: Request, scheme: str) -> str | None:
    """What follows the scheme in the Authorization header, or None for another scheme."""
    name, _, words = request.headers.get("Authorization", "").strip().partition(" ")
    return words.strip() if name.lower() == scheme else None
