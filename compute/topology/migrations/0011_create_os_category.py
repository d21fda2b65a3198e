"""Create OS category."""

import uuid

from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("topology", "0010_create_dedication"),
    ]

    operations = [
        migrations.CreateModel(
            name="OsCategory",
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
            ],
            options={
                "verbose_name": "OS category",
                "verbose_name_plural": "OS categories",
                "ordering": ["name"],
            },
        ),
    ]
