"""Create inherited user data."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock
import cloudportal.core.secrets


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0057_create_template_user_data"),
        ("storage", "0046_add_claimed_whole_bytes_to_pool"),
    ]

    operations = [
        migrations.CreateModel(
            name="InheritedUserData",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                ("policy", models.CharField(max_length=16)),
                ("content", cloudportal.core.secrets.EncryptedField()),
                (
                    "instance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="inherited_user_data",
                        to="compute.instance",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="storage.template"
                    ),
                ),
            ],
            options={
                "verbose_name": "inherited user data",
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("instance", "template"), name="told_by_template_once")
                ],
            },
        ),
    ]
