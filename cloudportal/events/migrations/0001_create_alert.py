"""Create alert."""

import uuid

from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                ("code", models.CharField(max_length=60)),
                ("open_key", models.CharField(max_length=200, null=True, unique=True)),
                ("sentence", models.TextField()),
                ("detail", models.TextField(blank=True)),
                ("subject_type", models.CharField(blank=True, max_length=40)),
                ("subject_uuid", models.UUIDField(null=True)),
                ("subject_name", models.CharField(blank=True, max_length=255)),
                ("times", models.PositiveIntegerField(default=1)),
                ("last_seen_at", models.DateTimeField(default=cloudportal.core.clock.now)),
                ("mailed_at", models.DateTimeField(null=True)),
                ("cleared_at", models.DateTimeField(null=True)),
                ("cleared_by", models.CharField(blank=True, max_length=255)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
    ]
