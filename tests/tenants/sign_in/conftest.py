"""Sign-ins that answer at once: how long a refusal or a hash takes is the matter of single tests alone."""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher


@pytest.fixture(autouse=True)
def no_waiting(settings, monkeypatch):
    settings.SIGN_IN_REFUSAL_SECONDS = 0
    for name, value in {"time_cost": 1, "memory_cost": 64, "parallelism": 1}.items():
        monkeypatch.setattr(Argon2PasswordHasher, name, value)
