"""Create nic."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0003_create_volume_attachment"),
    ]

    operations = [
        migrations.CreateModel(
            name="Nic",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                ("mac", models.CharField(max_length=17, unique=True)),
                ("device_index", models.PositiveSmallIntegerField(default=0)),
                (
                    "address",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="nic",
                        to="networking.address",
                    ),
                ),
                (
                    "instance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="nics",
                        to="compute.instance",
                    ),
                ),
                (
                    "network",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="nics",
                        to="networking.network",
                    ),
                ),
            ],
            options={
                "verbose_name": "NIC",
                "ordering": ["instance", "device_index"],
                "constraints": [
                    models.UniqueConstraint(fields=("instance", "device_index"), name="nic_order")
                ],
            },
        ),
    ]
