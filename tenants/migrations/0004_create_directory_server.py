"""Create directory server."""

import uuid

from django.db import migrations, models

import cloudportal.core.clock
import cloudportal.core.secrets


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0003_add_account_to_user"),
    ]

    operations = [
        migrations.CreateModel(
            name="DirectoryServer",
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
                ("position", models.PositiveIntegerField(default=1)),
                ("is_enabled", models.BooleanField(default=True)),
                ("uris", models.JSONField(default=list)),
                ("tls_mode", models.CharField(default="ldaps", max_length=10)),
                ("ca_certificates", models.TextField(blank=True)),
                ("timeout_seconds", models.PositiveSmallIntegerField(default=3)),
                ("bind_mode", models.CharField(default="search", max_length=10)),
                ("bind_dn", models.CharField(blank=True, max_length=500)),
                ("bind_password", cloudportal.core.secrets.EncryptedField(blank=True, default="")),
                ("user_base", models.CharField(blank=True, max_length=500)),
                ("user_filter", models.CharField(default="(uid={username})", max_length=500)),
                ("user_dn_template", models.CharField(blank=True, max_length=500)),
                ("attributes", models.JSONField(default=dict)),
                ("group_base", models.CharField(max_length=500)),
                ("group_kind", models.CharField(default="groupOfNames", max_length=30)),
                ("group_nesting", models.CharField(default="walk", max_length=10)),
                ("disabled_attribute", models.CharField(blank=True, max_length=100)),
                ("disabled_rule", models.CharField(blank=True, max_length=20)),
                ("is_absence_disabled", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "directory server",
                "ordering": ["domain_id", "position", "id"],
            },
        ),
    ]
