"""Sign-ins that answer at once: how long a refusal takes is the matter of one test alone."""

import pytest


@pytest.fixture(autouse=True)
def no_waiting(settings):
    settings.SIGN_IN_REFUSAL_SECONDS = 0
