"""Create attached iso."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0047_add_instance_password_hash"),
        ("storage", "0030_index_snapshot_of_volume"),
    ]

    operations = [
        migrations.CreateModel(
            name="AttachedIso",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                ("locator", models.CharField(blank=True, max_length=500)),
                (
                    "instance",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="iso", to="compute.instance"
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attached_isos",
                        to="storage.pool",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attached_isos",
                        to="storage.template",
                    ),
                ),
            ],
            options={
                "verbose_name": "attached ISO",
                "verbose_name_plural": "attached ISOs",
                "ordering": ["id"],
            },
        ),
    ]
