"""Add when a volume was destroyed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0030_index_snapshot_of_volume"),
    ]

    operations = [
        migrations.AddField(
            model_name="volume",
            name="destroyed_at",
            field=models.DateTimeField(null=True),
        ),
    ]
