"""Passwords in tests: hashed the same way as everywhere, only with little work."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """Argon2 with the least memory and time that it accepts."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
