"""Add begun_at to download."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0041_create_volume_export"),
    ]

    operations = [
        migrations.AddField(
            model_name="download",
            name="begun_at",
            field=models.DateTimeField(null=True),
        ),
    ]
