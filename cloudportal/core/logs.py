"""What must not stand in a log: parts of addresses that let somebody in."""

import logging
import re


class SecretPaths(logging.Filter):
    """Masks, in what is logged about requests, whatever the pattern finds behind its first group."""

    def __init__(self, pattern: str) -> None:
        super().__init__()
        self._pattern = re.compile(pattern)

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every record through, masked."""
        if isinstance(record.args, tuple):
            record.args = tuple(self._masked(one) if isinstance(one, str) else one for one in record.args)
        return True

    def _masked(self, text: str) -> str:
        return self._pattern.sub(r"\1********", text)
