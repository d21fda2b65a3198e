"""Create SSH key pair."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0009_add_instance_is_protected"),
        ("tenants", "0032_constrain_role_rule_order"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeyPair",
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
                ("public_key", models.TextField()),
                ("kind", models.CharField(max_length=40)),
                ("fingerprint", models.CharField(max_length=60)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="key_pairs",
                        to="tenants.account",
                    ),
                ),
            ],
            options={
                "verbose_name": "SSH key pair",
                "ordering": ["name", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "name"), name="key_pair_name_once")
                ],
            },
        ),
    ]
