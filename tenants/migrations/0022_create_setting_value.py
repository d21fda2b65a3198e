"""Create setting value."""

import uuid

from django.db import migrations, models

import cloudportal.core.clock
import cloudportal.core.secrets


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0021_create_role_rule"),
    ]

    operations = [
        migrations.CreateModel(
            name="SettingValue",
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
                ("key", models.CharField(max_length=50)),
                ("value", models.JSONField(null=True)),
                ("sealed", cloudportal.core.secrets.EncryptedField(null=True)),
            ],
            options={
                "verbose_name": "setting",
                "ordering": ["name", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("name", "key"), name="setting_once_per_place")
                ],
            },
        ),
    ]
