"""Create cluster."""

import uuid
from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("topology", "0002_create_region"),
    ]

    operations = [
        migrations.CreateModel(
            name="Cluster",
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
                ("state", models.CharField(default="enabled", max_length=12)),
                ("driver", models.CharField(max_length=40)),
                ("cpu_overcommit", models.DecimalField(decimal_places=2, default=Decimal("1"), max_digits=5)),
                (
                    "memory_overcommit",
                    models.DecimalField(decimal_places=2, default=Decimal("1"), max_digits=5),
                ),
                (
                    "pod",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clusters",
                        to="topology.pod",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
    ]
