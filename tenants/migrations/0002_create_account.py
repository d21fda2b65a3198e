"""Create account."""

import uuid

from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0001_create_user"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
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
                ("is_project", models.BooleanField(default=False)),
                ("network_suffix", models.CharField(blank=True, max_length=100)),
            ],
            options={
                "ordering": ["name", "id"],
            },
        ),
    ]
