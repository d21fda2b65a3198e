"""Create user."""

import uuid

from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                ("username", models.CharField(max_length=150)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("first_name", models.CharField(blank=True, max_length=100)),
                ("last_name", models.CharField(blank=True, max_length=100)),
                ("timezone", models.CharField(default="UTC", max_length=60)),
                ("state", models.CharField(default="enabled", max_length=12)),
                ("source", models.CharField(default="local", max_length=12)),
                ("directory_dn", models.CharField(blank=True, max_length=500)),
                ("session_salt", models.CharField(blank=True, max_length=32)),
            ],
            options={
                "ordering": ["username", "id"],
            },
        ),
    ]
