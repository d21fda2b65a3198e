"""Create security group rule."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("networking", "0006_create_security_group"),
        ("tenants", "0032_constrain_role_rule_order"),
    ]

    operations = [
        migrations.CreateModel(
            name="SecurityGroupRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                ("direction", models.CharField(max_length=8)),
                ("protocol", models.CharField(default="all", max_length=8)),
                ("first_port", models.PositiveIntegerField(null=True)),
                ("last_port", models.PositiveIntegerField(null=True)),
                ("icmp_type", models.PositiveSmallIntegerField(null=True)),
                ("icmp_code", models.PositiveSmallIntegerField(null=True)),
                ("cidr", models.CharField(blank=True, max_length=18)),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rules",
                        to="networking.securitygroup",
                    ),
                ),
                (
                    "peer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="named_by",
                        to="networking.securitygroup",
                    ),
                ),
            ],
            options={
                "verbose_name": "security group rule",
                "ordering": ["direction", "id"],
            },
        ),
    ]
