"""Create disk offering."""

import uuid

from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenants", "0032_constrain_role_rule_order"),
        ("topology", "0008_constrain_pod_name_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="DiskOffering",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                ("name", models.CharField(max_length=100, unique=True)),
                ("description", models.CharField(blank=True, max_length=255)),
                ("size_gib", models.PositiveIntegerField(null=True)),
                ("tags", models.JSONField(default=list)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
    ]
