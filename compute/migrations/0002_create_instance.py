"""Create instance."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock
import cloudportal.core.secrets


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0001_create_service_offering"),
    ]

    operations = [
        migrations.CreateModel(
            name="Instance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                ("name", models.CharField(max_length=63)),
                ("display_name", models.CharField(blank=True, max_length=100)),
                ("state", models.CharField(default="deploying", max_length=12)),
                ("power", models.CharField(default="unknown", max_length=8)),
                ("power_seen_at", models.DateTimeField(null=True)),
                ("cpus", models.PositiveIntegerField()),
                ("cpu_mhz", models.PositiveIntegerField()),
                ("memory_mib", models.PositiveIntegerField()),
                ("claimed_cpus", models.PositiveIntegerField(default=0)),
                ("claimed_memory_mib", models.PositiveIntegerField(default=0)),
                ("ssh_keys", models.JSONField(default=list)),
                ("user_data", cloudportal.core.secrets.EncryptedField(blank=True)),
                ("destroyed_at", models.DateTimeField(null=True)),
                ("expunged_at", models.DateTimeField(null=True)),
                ("drift", models.JSONField(default=dict)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instances",
                        to="tenants.account",
                    ),
                ),
                (
                    "host",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instances",
                        to="topology.host",
                    ),
                ),
                (
                    "last_host",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="topology.host",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instances",
                        to="storage.template",
                    ),
                ),
                (
                    "zone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instances",
                        to="topology.zone",
                    ),
                ),
                (
                    "offering",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instances",
                        to="compute.serviceoffering",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
    ]
