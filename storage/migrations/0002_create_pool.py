"""Create pool."""

import uuid
from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock
import cloudportal.core.secrets


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0001_create_disk_offering"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pool",
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
                ("driver", models.CharField(max_length=40)),
                ("settings", models.JSONField(default=dict)),
                ("secrets", cloudportal.core.secrets.EncryptedField(blank=True)),
                ("state", models.CharField(default="connecting", max_length=12)),
                ("tags", models.JSONField(default=list)),
                ("overcommit", models.DecimalField(decimal_places=2, default=Decimal("2"), max_digits=5)),
                ("capacity_bytes", models.PositiveBigIntegerField(default=0)),
                ("used_bytes", models.PositiveBigIntegerField(default=0)),
                ("claimed_bytes", models.BigIntegerField(default=0)),
                ("seen_at", models.DateTimeField(null=True)),
                ("silent_rounds", models.PositiveSmallIntegerField(default=0)),
                ("reason", models.CharField(blank=True, max_length=500)),
                (
                    "cluster",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pools",
                        to="topology.cluster",
                    ),
                ),
                (
                    "host",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pools",
                        to="topology.host",
                    ),
                ),
                (
                    "zone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pools", to="topology.zone"
                    ),
                ),
            ],
            options={
                "verbose_name": "storage pool",
                "ordering": ["name"],
            },
        ),
    ]
