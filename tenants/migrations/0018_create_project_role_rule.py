"""Create project role rule."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0017_create_invitation"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProjectRoleRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                ("position", models.PositiveIntegerField()),
                ("pattern", models.CharField(max_length=100)),
                ("allows", models.BooleanField()),
                ("description", models.CharField(blank=True, max_length=255)),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rules",
                        to="tenants.projectrole",
                    ),
                ),
            ],
            options={
                "verbose_name": "project role rule",
                "ordering": ["position"],
            },
        ),
    ]
