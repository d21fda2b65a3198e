"""Add zones to diskoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0022_add_write_iops_to_diskoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="diskoffering",
            name="zones",
            field=models.ManyToManyField(related_name="+", to="topology.zone"),
        ),
    ]
