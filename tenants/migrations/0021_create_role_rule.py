"""Create role rule."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0020_add_role_to_account"),
    ]

    operations = [
        migrations.CreateModel(
            name="RoleRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("position", models.PositiveIntegerField()),
                ("pattern", models.CharField(max_length=100)),
                ("allows", models.BooleanField()),
                ("description", models.CharField(blank=True, max_length=255)),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rules", to="tenants.role"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
            },
        ),
    ]
