"""Create job."""

import uuid

from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0001_create_periodic_run"),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                ("kind", models.CharField(max_length=80)),
                ("queue", models.CharField(max_length=20)),
                ("state", models.CharField(default="queued", max_length=12)),
                ("subject_type", models.CharField(blank=True, max_length=40)),
                ("subject_uuid", models.UUIDField(db_index=True, null=True)),
                ("subject_name", models.CharField(blank=True, max_length=255)),
                ("account_uuid", models.UUIDField(null=True)),
                ("domain_path", models.CharField(max_length=255)),
                ("caller", models.JSONField(default=dict)),
                ("arguments", models.JSONField(default=dict)),
                ("notes", models.JSONField(default=dict)),
                ("timeline", models.JSONField(default=list)),
                ("cursor", models.PositiveSmallIntegerField(default=0)),
                ("is_undoing", models.BooleanField(default=False)),
                ("is_abort_requested", models.BooleanField(default=False)),
                ("progress", models.PositiveSmallIntegerField(default=0)),
                ("message_code", models.CharField(blank=True, max_length=60)),
                ("message", models.TextField(blank=True)),
                ("message_values", models.JSONField(default=dict)),
                ("operator_detail", models.TextField(blank=True)),
                ("worker", models.CharField(blank=True, max_length=100)),
                ("lease_token", models.UUIDField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("attempt", models.PositiveSmallIntegerField(default=0)),
                ("step_tries", models.PositiveSmallIntegerField(default=0)),
                ("not_before", models.DateTimeField(default=cloudportal.core.clock.now)),
                ("rung_at", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["state", "not_before"], name="job_due"),
                    models.Index(fields=["state", "lease_until"], name="job_lease"),
                    models.Index(fields=["account_uuid", "-id"], name="job_of_account"),
                    models.Index(fields=["domain_path", "-id"], name="job_of_domain"),
                ],
            },
        ),
    ]
