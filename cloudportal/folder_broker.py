"""kombu's filesystem transport, made safe for several processes: nobody ever reads a file that is half written.

kombu writes messages and its table of queues in place; a worker that looks at that moment ends with a JSON error.
"""

import fcntl
import logging
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from time import time_ns
from typing import Any

from kombu import transport
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

ALIAS = "folder"
transport.TRANSPORT_ALIASES[ALIAS] = f"{__name__}:Transport"

log = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    """A message is a file that comes and goes by renaming; the table of queues is read and written under a lock."""

    def get_table(self, exchange: str) -> Any:
        """As kombu's."""
        with self._alone():
            return super().get_table(exchange)

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        with self._alone():
            super()._queue_bind(exchange, routing_key, pattern, queue)

    def _delete(self, queue: str, exchange: str, *arguments: Any, **options: Any) -> None:
        with self._alone():
            super()._delete(queue, exchange, *arguments, **options)

    # kombu's own channel differs from its base in the same way.
    def _put(self, queue: str, payload: Any, **options: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        name = f"{time_ns():020}_{uuid.uuid4()}"
        draft = folder / f"{name}.draft"
        draft.write_text(dumps(payload))
        draft.rename(folder / f"{name}.{queue}.msg")

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        folder = Path(self.data_folder_in)
        for name in sorted(os.listdir(folder)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            message = _taken(folder / name)
            if message is not None:
                return message
        raise Empty

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.control_folder / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    """kombu's, with our channel."""

    Channel = Channel


def _taken(path: Path) -> Any:
    """The message that is in this file, which nobody else gets any more; None when somebody else has it."""
    mine = path.with_suffix(".taken")
    try:
        path.rename(mine)
        text = mine.read_text()
        mine.unlink()
    except FileNotFoundError:
        return None
    try:
        return loads(text)
    except ValueError:
        # A machine that lost its power may leave an empty file; jobs are rung for again without it.
        log.warning("The message %s cannot be read and is dropped.", path.name)
        return None
