"""Celery, wired: late acknowledgement, one message at a time, JSON only, no results kept anywhere."""

import os
from pathlib import Path
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudportal.settings")

from django.conf import settings

from cloudportal import folder_broker

TICK_SECONDS = 5


def transport(url: str) -> dict[str, Any]:
    """Where the bells travel. `filesystem://` folders need no daemon and serve one machine."""
    if not url.startswith("filesystem://"):
        return {"broker_url": url, "broker_transport_options": {"visibility_timeout": 3600}}
    folder = Path(url.removeprefix("filesystem://"))
    for name in ("bells", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    options = {
        "data_folder_in": str(folder / "bells"),
        "data_folder_out": str(folder / "bells"),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.2,
    }
    return {"broker_url": f"{folder_broker.ALIAS}://localhost", "broker_transport_options": options}


app = Celery("cloudportal")
# Threads of a web server have no current app of their own; they must find this one.
app.set_default()
app.conf.update(
    **transport(settings.CELERY_BROKER),
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    result_backend=None,
    task_default_queue="housekeeping",
    task_routes={
        "jobs.compute": {"queue": "compute"},
        "jobs.storage": {"queue": "storage"},
        "jobs.network": {"queue": "network"},
        "jobs.usage": {"queue": "usage"},
    },
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=3,
    beat_schedule={
        "tick": {"task": "jobs.tick", "schedule": TICK_SECONDS, "options": {"expires": TICK_SECONDS * 2}},
    },
    beat_schedule_filename=str(settings.STATE_DIR / "beat-schedule"),
)
app.autodiscover_tasks(lambda: ["cloudportal.jobs"])
