"""Add provisioning to diskoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0017_add_most_gib_to_diskoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="diskoffering",
            name="provisioning",
            field=models.CharField(default="thin", max_length=8),
        ),
    ]
