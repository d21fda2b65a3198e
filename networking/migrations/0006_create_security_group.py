"""Create security group."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("networking", "0005_add_has_groups_to_network"),
        ("tenants", "0032_constrain_role_rule_order"),
    ]

    operations = [
        migrations.CreateModel(
            name="SecurityGroup",
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
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="security_groups",
                        to="tenants.account",
                    ),
                ),
            ],
            options={
                "verbose_name": "security group",
                "ordering": ["name", "id"],
            },
        ),
    ]
