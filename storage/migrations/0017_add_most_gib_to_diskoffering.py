"""Add most gib to diskoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0016_add_least_gib_to_diskoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="diskoffering",
            name="most_gib",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
