"""Create instance snapshot."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0048_create_attached_iso"),
    ]

    operations = [
        migrations.CreateModel(
            name="InstanceSnapshot",
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
                ("description", models.CharField(blank=True, max_length=255)),
                ("state", models.CharField(default="taking", max_length=12)),
                ("has_memory", models.BooleanField(default=False)),
                ("is_current", models.BooleanField(default=False)),
                ("shape", models.JSONField(default=dict)),
                ("record", models.TextField(blank=True)),
                ("taken_at", models.DateTimeField(null=True)),
                (
                    "instance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="snapshots",
                        to="compute.instance",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="children",
                        to="compute.instancesnapshot",
                    ),
                ),
            ],
            options={
                "verbose_name": "instance snapshot",
                "ordering": ["instance", "id"],
                "indexes": [models.Index(fields=["instance", "state"], name="snapshot_of_instance")],
            },
        ),
    ]
