"""Create network."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock
import cloudportal.core.secrets


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenants", "0032_constrain_role_rule_order"),
        ("topology", "0008_constrain_pod_name_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="Network",
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
                ("kind", models.CharField(default="shared", max_length=12)),
                ("driver", models.CharField(max_length=40)),
                ("settings", models.JSONField(default=dict)),
                ("secrets", cloudportal.core.secrets.EncryptedField(blank=True)),
                ("cidr", models.CharField(max_length=43)),
                ("gateway", models.GenericIPAddressField()),
                ("dns", models.JSONField(default=list)),
                ("mtu", models.PositiveIntegerField(default=1500)),
                ("lease_seconds", models.PositiveIntegerField(default=0)),
                ("state", models.CharField(default="ready", max_length=12)),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="networks",
                        to="tenants.account",
                    ),
                ),
                (
                    "zone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="networks",
                        to="topology.zone",
                    ),
                ),
            ],
            options={
                "ordering": ["name", "id"],
            },
        ),
    ]
