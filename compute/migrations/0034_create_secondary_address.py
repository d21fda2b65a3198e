"""Create secondary address."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0033_add_is_linked_to_nic"),
        ("networking", "0003_create_network_placement"),
    ]

    operations = [
        migrations.CreateModel(
            name="SecondaryAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                (
                    "address",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="secondary",
                        to="networking.address",
                    ),
                ),
                (
                    "nic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="secondary_addresses",
                        to="compute.nic",
                    ),
                ),
            ],
            options={
                "verbose_name": "secondary address",
                "ordering": ["address__number"],
            },
        ),
    ]
