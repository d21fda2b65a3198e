"""Create host."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock
import cloudportal.core.secrets


class Migration(migrations.Migration):
    dependencies = [
        ("topology", "0005_add_zone_to_pod"),
    ]

    operations = [
        migrations.CreateModel(
            name="Host",
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
                ("cpus", models.PositiveIntegerField(default=0)),
                ("cpu_mhz", models.PositiveIntegerField(default=0)),
                ("memory_mib", models.PositiveBigIntegerField(default=0)),
                ("reserved_memory_mib", models.PositiveBigIntegerField(default=0)),
                ("claimed_cpus", models.BigIntegerField(default=0)),
                ("claimed_memory_mib", models.BigIntegerField(default=0)),
                ("facts", models.JSONField(default=dict)),
                ("last_seen_at", models.DateTimeField(null=True)),
                ("machine_id", models.CharField(max_length=100, null=True, unique=True)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("silent_rounds", models.PositiveSmallIntegerField(default=0)),
                (
                    "cluster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hosts",
                        to="topology.cluster",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "constraints": [models.UniqueConstraint(fields=("cluster", "name"), name="host_name_once")],
            },
        ),
    ]
