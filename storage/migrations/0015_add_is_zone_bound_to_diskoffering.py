"""Add is zone bound to diskoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0014_add_is_domain_bound_to_diskoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="diskoffering",
            name="is_zone_bound",
            field=models.BooleanField(default=False),
        ),
    ]
