"""From a REST request's credentials to a caller."""

from rest_framework.authentication import BaseAuthentication


class ApiKeyAuthentication(BaseAuthentication):
    """API key and secret."""


class TokenAuthentication(BaseAuthentication):
    """Scoped, expiring tokens."""


class SessionAuthentication(BaseAuthentication):
    """The portal's own session."""
