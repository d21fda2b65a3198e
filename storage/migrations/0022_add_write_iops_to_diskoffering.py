"""Add write iops to diskoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0021_add_write_bytes_per_second_to_diskoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="diskoffering",
            name="write_iops",
            field=models.PositiveBigIntegerField(null=True),
        ),
    ]
