"""Add read iops to diskoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0019_add_read_bytes_per_second_to_diskoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="diskoffering",
            name="read_iops",
            field=models.PositiveBigIntegerField(null=True),
        ),
    ]
