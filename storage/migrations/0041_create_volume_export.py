"""Create volume export."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0040_match_systems_of_templates"),
        ("tenants", "0032_constrain_role_rule_order"),
    ]

    operations = [
        migrations.CreateModel(
            name="VolumeExport",
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
                ("format", models.CharField(max_length=10)),
                ("checksum", models.CharField(blank=True, max_length=64)),
                ("size_bytes", models.PositiveBigIntegerField(default=0)),
                ("virtual_size_bytes", models.PositiveBigIntegerField(default=0)),
                ("state", models.CharField(default="creating", max_length=12)),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="volume_exports",
                        to="tenants.account",
                    ),
                ),
                (
                    "volume",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="exports",
                        to="storage.volume",
                    ),
                ),
            ],
            options={"ordering": ["-id"]},
        ),
    ]
