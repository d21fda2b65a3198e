"""Add is bootable to template."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0032_create_snapshot_schedule"),
    ]

    operations = [
        migrations.AddField(
            model_name="template",
            name="is_bootable",
            field=models.BooleanField(default=True),
        ),
    ]
