"""Constrain disk order."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0007_index_instance_on_host"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="volumeattachment",
            constraint=models.UniqueConstraint(fields=("instance", "device_index"), name="disk_order"),
        ),
    ]
