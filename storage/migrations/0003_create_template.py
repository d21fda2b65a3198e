"""Create template."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0002_create_pool"),
    ]

    operations = [
        migrations.CreateModel(
            name="Template",
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
                ("description", models.CharField(blank=True, max_length=255)),
                ("os_type", models.CharField(blank=True, max_length=60)),
                ("format", models.CharField(default="qcow2", max_length=10)),
                ("checksum", models.CharField(blank=True, max_length=64)),
                ("size_bytes", models.PositiveBigIntegerField(default=0)),
                ("virtual_size_bytes", models.PositiveBigIntegerField(default=0)),
                ("minimum_memory_mib", models.PositiveIntegerField(default=0)),
                ("state", models.CharField(default="fetching", max_length=12)),
                ("source_url", models.CharField(blank=True, max_length=2000)),
                ("is_public", models.BooleanField(default=False)),
                ("is_featured", models.BooleanField(default=False)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="templates",
                        to="tenants.account",
                    ),
                ),
            ],
            options={
                "ordering": ["-is_featured", "name", "id"],
            },
        ),
    ]
