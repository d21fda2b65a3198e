"""What tests of storage stand on."""

from tests.support.uploads import uploads_of_its_own  # noqa: F401
