"""Add write bytes per second to diskoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0020_add_read_iops_to_diskoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="diskoffering",
            name="write_bytes_per_second",
            field=models.PositiveBigIntegerField(null=True),
        ),
    ]
