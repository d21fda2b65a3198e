"""Signing in with a password that lives in a directory."""

from django.contrib.auth.backends import BaseBackend


class DirectoryPasswords(BaseBackend):
    """Asks the caller's directory."""
