"""Create snapshot."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0026_create_upload"),
        ("tenants", "0032_constrain_role_rule_order"),
        ("topology", "0008_constrain_pod_name_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                ("volume_name", models.CharField(max_length=100)),
                ("schedule_uuid", models.UUIDField(db_index=True, null=True)),
                ("name", models.CharField(max_length=100)),
                ("os_type", models.CharField(blank=True, max_length=60)),
                ("format", models.CharField(default="qcow2", max_length=10)),
                ("checksum", models.CharField(blank=True, max_length=64)),
                ("size_bytes", models.PositiveBigIntegerField(default=0)),
                ("virtual_size_bytes", models.PositiveBigIntegerField(default=0)),
                ("state", models.CharField(default="creating", max_length=12)),
                ("is_quiet", models.BooleanField(default=False)),
                ("taken_at", models.DateTimeField(null=True)),
                ("deleted_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="snapshots",
                        to="tenants.account",
                    ),
                ),
                (
                    "volume",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="snapshots",
                        to="storage.volume",
                    ),
                ),
                (
                    "zone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="snapshots",
                        to="topology.zone",
                    ),
                ),
            ],
            options={"ordering": ["-id"]},
        ),
    ]
