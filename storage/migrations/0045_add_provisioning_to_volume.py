"""Add provisioning to volume."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0044_create_volume_arrival"),
    ]

    operations = [
        migrations.AddField(
            model_name="volume",
            name="provisioning",
            field=models.CharField(default="thin", max_length=8),
        ),
    ]
