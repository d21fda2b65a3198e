"""Work that outlives the request: the door answers 202 with the job, and where to watch it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rest_framework import serializers

from cloudportal.api.shapes import RowShape

JOB_ADDRESS = "/api/v1/jobs/{uuid}/"


@dataclass(frozen=True)
class Work:
    """What a door's function returns when the change goes on in a worker: the job, and the row it works on.

    `told` are values that this answer tells beside them and no other ever does, such as a fresh password.
    """

    job: Any
    row: Any = None
    told: Mapping[str, Any] = field(default_factory=dict)


class JobShape(RowShape):
    """A job, without its steps and log."""

    kind = serializers.CharField(help_text="What is being done, as in instance.deploy.")
    state = serializers.ChoiceField(choices=["queued", "running", "done", "failed", "cancelled"])
    progress = serializers.IntegerField(help_text="From 0 to 100.")
    subject_type = serializers.CharField()
    subject_uuid = serializers.UUIDField(allow_null=True)
    subject_name = serializers.CharField()
    message_code = serializers.CharField()
    message = serializers.CharField(help_text="Why it failed and what to do, where it did.")
    attempt = serializers.IntegerField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
