"""Why a directory did not vouch for somebody. The sentences are for operators; people get one that tells no more."""

# The code of the alert about a directory that cannot be asked.
ALERT = "directory-silent"


class NotThem(Exception):
    """The directory answered, and does not let them in."""


class DisabledThere(NotThem):
    """They proved who they are, and the directory has disabled the entry `dn`."""

    def __init__(self, dn: str, attribute: str) -> None:
        self.dn = dn
        super().__init__(f"The directory has disabled {dn} ({attribute}).")


class DirectorySilent(Exception):
    """The directory could not be asked: it does not answer, not safely, or refuses the portal itself."""
