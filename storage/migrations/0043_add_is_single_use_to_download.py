"""Add is_single_use to download."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0042_add_begun_at_to_download"),
    ]

    operations = [
        migrations.AddField(
            model_name="download",
            name="is_single_use",
            field=models.BooleanField(default=False),
        ),
    ]
