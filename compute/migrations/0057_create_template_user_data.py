"""Create template user data."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import cloudportal.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0056_add_root_write_bytes_per_second_to_serviceoffering"),
        ("storage", "0046_add_claimed_whole_bytes_to_pool"),
    ]

    operations = [
        migrations.CreateModel(
            name="TemplateUserData",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=cloudportal.core.clock.now, editable=False)),
                ("policy", models.CharField(default="allow-override", max_length=16)),
                (
                    "template",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="linked_user_data",
                        to="storage.template",
                    ),
                ),
                (
                    "user_data",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="template_links",
                        to="compute.userdata",
                    ),
                ),
            ],
            options={
                "verbose_name": "template user data",
                "ordering": ["id"],
            },
        ),
    ]
