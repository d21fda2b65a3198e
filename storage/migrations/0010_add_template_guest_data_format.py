"""Add guest_data_format to template."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0009_index_volume_of_pool"),
    ]

    operations = [
        migrations.AddField(
            model_name="template",
            name="guest_data_format",
            field=models.CharField(blank=True, max_length=16),
        ),
    ]
