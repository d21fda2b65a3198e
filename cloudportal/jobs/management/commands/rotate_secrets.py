"""Brings every stored secret under the newest encryption key."""

from typing import Any

from django.core.management.base import BaseCommand

from cloudportal.core.rotation import rotate_all


class Command(BaseCommand):
    """`manage.py rotate_secrets`"""

    help = "Encrypts every stored secret anew, under the first key of PORTAL_ENCRYPTION_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        """Says how many there were."""
        self.stdout.write(f"{rotate_all()} secrets are under the newest key now.")
