"""Create domain."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0009_create_directory_account"),
    ]

    operations = [
        migrations.CreateModel(
            name="Domain",
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
                ("path", models.CharField(db_index=True, max_length=255)),
                ("depth", models.PositiveSmallIntegerField(default=0)),
                ("state", models.CharField(default="enabled", max_length=12)),
                ("network_suffix", models.CharField(blank=True, max_length=100)),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="tenants.domain",
                    ),
                ),
            ],
            options={
                "ordering": ["path"],
            },
        ),
    ]
