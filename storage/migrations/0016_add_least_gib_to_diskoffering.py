"""Add least gib to diskoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0015_add_is_zone_bound_to_diskoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="diskoffering",
            name="least_gib",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
