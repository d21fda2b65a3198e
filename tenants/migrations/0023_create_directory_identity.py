"""Create directory identity."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0022_create_setting_value"),
    ]

    operations = [
        migrations.CreateModel(
            name="DirectoryIdentity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                ("external_id", models.CharField(max_length=200)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="directory_identity",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "server",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identities",
                        to="tenants.directoryserver",
                    ),
                ),
            ],
            options={
                "verbose_name": "directory identity",
                "constraints": [
                    models.UniqueConstraint(fields=("server", "external_id"), name="directory_identity_once")
                ],
            },
        ),
    ]
