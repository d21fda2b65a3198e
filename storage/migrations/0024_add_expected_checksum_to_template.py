"""Add expected checksum to template."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0023_add_zones_to_diskoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="template",
            name="expected_checksum",
            field=models.CharField(blank=True, max_length=140),
        ),
    ]
