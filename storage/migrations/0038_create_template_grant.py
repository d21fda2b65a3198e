"""Create template grant."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0037_add_minimum_disk_gib_to_template"),
        ("tenants", "0032_constrain_role_rule_order"),
    ]

    operations = [
        migrations.CreateModel(
            name="TemplateGrant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="template_grants",
                        to="tenants.account",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to="storage.template",
                    ),
                ),
            ],
            options={
                "verbose_name": "template grant",
                "ordering": ["account__name", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("template", "account"), name="template_granted_once")
                ],
            },
        ),
    ]
