"""Create volume arrival."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0043_add_is_single_use_to_download"),
    ]

    operations = [
        migrations.CreateModel(
            name="VolumeArrival",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                ("format", models.CharField(max_length=10)),
                ("expected_checksum", models.CharField(blank=True, max_length=140)),
                ("checksum", models.CharField(blank=True, max_length=64)),
                ("size_bytes", models.PositiveBigIntegerField(default=0)),
                ("virtual_size_bytes", models.PositiveBigIntegerField(default=0)),
                (
                    "volume",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="arrival",
                        to="storage.volume",
                    ),
                ),
            ],
            options={"ordering": ["-id"]},
        ),
    ]
