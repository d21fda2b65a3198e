"""Create instance note."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0049_create_instance_snapshot"),
    ]

    operations = [
        migrations.CreateModel(
            name="InstanceNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                ("text", models.TextField()),
                ("author_name", models.CharField(max_length=255)),
                ("author_uuid", models.UUIDField(null=True)),
                ("is_for_operators", models.BooleanField(default=False)),
                (
                    "instance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="compute.instance",
                    ),
                ),
            ],
            options={
                "verbose_name": "note",
                "ordering": ["-id"],
            },
        ),
    ]
