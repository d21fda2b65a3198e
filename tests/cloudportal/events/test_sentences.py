"""Every event reads as a sentence."""

import re

import pytest

from cloudportal.events.records import type_of
from cloudportal.events.sentences import phrase
from cloudportal.jobs.workflows import all_workflows
from tests.architecture.sources import files_of_product, text_of

# Types whose events always bring a sentence of their own.
TOLD = {"USER.LOGIN", "USER.LOGOUT"}


def types_in_the_code():
    pattern = re.compile(r'"([A-Z]{2,}(?:\.[A-Z]+)+)"')
    texts = (text_of(path) for path in files_of_product() if "drivers" not in path.parts)
    return sorted({found for text in texts for found in pattern.findall(text)} - TOLD)


@pytest.mark.parametrize(
    ("event_type", "stage", "sentence"),
    [
        ("VM.CREATE", "completed", "Deploys the instance web."),
        ("VM.CREATE", "started", "Asks to deploy the instance web."),
        ("MAINT.PREPARE", "completed", "Begins the maintenance of the instance web."),
        ("NET.IPASSIGN", "completed", "Assigns the instance web."),
    ],
)
def test_an_event_says_what_was_done_to_what(event_type, stage, sentence):
    assert phrase(event_type, "instance", "web", stage=stage) == sentence


@pytest.mark.parametrize("event_type", types_in_the_code())
def test_every_type_that_we_write_has_a_phrase(event_type):
    assert phrase(event_type, "thing", "it").endswith("it.")


@pytest.mark.parametrize("kind", [cls.kind for cls in all_workflows()])
def test_every_job_that_fails_has_a_type_with_a_phrase(kind):
    assert phrase(type_of(kind), "thing", "it").endswith("it.")
