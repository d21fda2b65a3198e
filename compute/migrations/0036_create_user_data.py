"""Create user data."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock
import cloudportal.core.secrets


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0035_create_console_ticket"),
        ("tenants", "0032_constrain_role_rule_order"),
    ]

    operations = [
        migrations.CreateModel(
            name="UserData",
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
                ("content", cloudportal.core.secrets.EncryptedField()),
                ("variables", models.JSONField(default=list)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="user_data",
                        to="tenants.account",
                    ),
                ),
            ],
            options={
                "verbose_name": "user data",
                "ordering": ["name", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "name"), name="user_data_name_once")
                ],
            },
        ),
    ]
