"""Create event."""

import uuid

from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0001_create_alert"),
    ]

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                ("type", models.CharField(max_length=60)),
                ("level", models.CharField(default="info", max_length=8)),
                ("stage", models.CharField(default="completed", max_length=12)),
                ("sentence", models.TextField(blank=True)),
                ("account_uuid", models.UUIDField(null=True)),
                ("domain_path", models.CharField(max_length=255)),
                ("user_uuid", models.UUIDField(null=True)),
                ("user_name", models.CharField(blank=True, max_length=255)),
                ("account_name", models.CharField(blank=True, max_length=255)),
                ("source_address", models.CharField(blank=True, max_length=45)),
                ("door", models.CharField(blank=True, max_length=20)),
                ("subject_type", models.CharField(blank=True, max_length=40)),
                ("subject_uuid", models.UUIDField(db_index=True, null=True)),
                ("subject_name", models.CharField(blank=True, max_length=255)),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("job_uuid", models.UUIDField(null=True)),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["account_uuid", "-id"], name="event_of_account"),
                    models.Index(fields=["domain_path", "-id"], name="event_of_domain"),
                    models.Index(fields=["type", "-id"], name="event_of_type"),
                ],
            },
        ),
    ]
