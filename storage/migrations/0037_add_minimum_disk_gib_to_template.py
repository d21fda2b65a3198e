"""Add minimum disk gib to template."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0036_add_kind_to_template"),
    ]

    operations = [
        migrations.AddField(
            model_name="template",
            name="minimum_disk_gib",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
