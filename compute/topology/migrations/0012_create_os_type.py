"""Create OS type."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("topology", "0011_create_os_category"),
    ]

    operations = [
        migrations.CreateModel(
            name="OsType",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                ("name", models.CharField(max_length=60, unique=True)),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="types",
                        to="topology.oscategory",
                    ),
                ),
            ],
            options={
                "verbose_name": "OS type",
                "verbose_name_plural": "OS types",
                "ordering": ["name"],
            },
        ),
    ]
