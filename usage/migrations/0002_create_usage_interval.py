"""Create usage interval."""

import uuid

from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("usage", "0001_create_ledger_position"),
    ]

    operations = [
        migrations.CreateModel(
            name="UsageInterval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                ("meter", models.CharField(max_length=40)),
                ("subject_uuid", models.UUIDField()),
                ("subject_name", models.CharField(blank=True, max_length=255)),
                ("account_uuid", models.UUIDField()),
                ("account_name", models.CharField(max_length=255)),
                ("domain_path", models.CharField(max_length=255)),
                ("zone_uuid", models.UUIDField(null=True)),
                ("quantities", models.JSONField(default=dict)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("start_mark", models.BigIntegerField(unique=True)),
                ("end_mark", models.BigIntegerField(null=True, unique=True)),
                ("open_key", models.CharField(max_length=80, null=True, unique=True)),
            ],
            options={
                "verbose_name": "usage record",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["account_uuid", "started_at"], name="interval_of_account"),
                    models.Index(fields=["domain_path", "started_at"], name="interval_of_domain"),
                    models.Index(fields=["subject_uuid", "meter", "start_mark"], name="interval_of_subject"),
                ],
            },
        ),
    ]
