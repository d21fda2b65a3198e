"""Create address."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("networking", "0001_create_network"),
    ]

    operations = [
        migrations.CreateModel(
            name="Address",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                ("ip", models.GenericIPAddressField()),
                ("number", models.PositiveBigIntegerField()),
                ("state", models.CharField(default="free", max_length=8)),
                ("held_by", models.UUIDField(db_index=True, null=True)),
                ("taken_at", models.DateTimeField(null=True)),
                ("released_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="addresses",
                        to="tenants.account",
                    ),
                ),
                (
                    "network",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="addresses",
                        to="networking.network",
                    ),
                ),
            ],
            options={
                "verbose_name": "IP address",
                "ordering": ["number"],
                "indexes": [models.Index(fields=["network", "state", "number"], name="address_free")],
                "constraints": [models.UniqueConstraint(fields=("network", "ip"), name="address_once")],
            },
        ),
    ]
