"""Create snapshot schedule."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0031_add_destroyed_at_to_volume"),
    ]

    operations = [
        migrations.CreateModel(
            name="SnapshotSchedule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                ("interval", models.CharField(max_length=8)),
                ("minute", models.PositiveSmallIntegerField(default=0)),
                ("hour", models.PositiveSmallIntegerField(default=0)),
                ("day", models.PositiveSmallIntegerField(default=1)),
                ("time_zone", models.CharField(max_length=64)),
                ("expression", models.CharField(max_length=100)),
                ("keep", models.PositiveSmallIntegerField()),
                ("is_quiet", models.BooleanField(default=False)),
                ("is_enabled", models.BooleanField(default=True)),
                ("next_run_at", models.DateTimeField(db_index=True)),
                ("last_run_at", models.DateTimeField(null=True)),
                ("last_outcome", models.CharField(blank=True, max_length=500)),
                (
                    "volume",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="snapshot_schedules",
                        to="storage.volume",
                    ),
                ),
            ],
            options={
                "verbose_name": "snapshot schedule",
                "ordering": ["volume", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("volume", "interval"), name="schedule_once_per_interval")
                ],
            },
        ),
    ]
