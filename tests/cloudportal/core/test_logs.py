"""What is masked in logs."""

import logging

import pytest

from cloudportal.core.logs import SecretPaths

FILTER = SecretPaths(r"(/invitations/)[^/?#]+")


def logged(message, *arguments):
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, message, arguments, None)
    assert FILTER.filter(record)
    return record.getMessage()


@pytest.mark.parametrize("path", ["/invitations/abc/", "/invitations/abc", "/invitations/abc?x=1"])
def test_what_lets_somebody_in_is_masked(path):
    assert logged("Not Found: %s", path) == f"Not Found: {path.replace('abc', '********')}"


def test_other_addresses_and_values_stay_as_they_are():
    assert logged("%s: %s %d", "Forbidden", "/projects/abc/", 3) == "Forbidden: /projects/abc/ 3"
    assert logged("Nothing to fill in") == "Nothing to fill in"
