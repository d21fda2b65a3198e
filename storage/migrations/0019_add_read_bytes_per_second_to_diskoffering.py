"""Add read bytes per second to diskoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0018_add_provisioning_to_diskoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="diskoffering",
            name="read_bytes_per_second",
            field=models.PositiveBigIntegerField(null=True),
        ),
    ]
