"""Create instance schedule."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0038_add_instance_most_memory_mib"),
    ]

    operations = [
        migrations.CreateModel(
            name="InstanceSchedule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                ("name", models.CharField(max_length=100)),
                ("verb", models.CharField(max_length=8)),
                ("force", models.BooleanField(default=False)),
                ("expression", models.CharField(max_length=100)),
                ("time_zone", models.CharField(max_length=64)),
                ("is_enabled", models.BooleanField(default=True)),
                ("next_run_at", models.DateTimeField(db_index=True, null=True)),
                ("last_run_at", models.DateTimeField(null=True)),
                ("last_outcome", models.CharField(blank=True, max_length=500)),
                (
                    "instance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="schedules",
                        to="compute.instance",
                    ),
                ),
            ],
            options={
                "verbose_name": "schedule",
                "ordering": ["instance", "id"],
            },
        ),
    ]
