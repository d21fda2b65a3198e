"""Constrain pool name once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0005_create_volume"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="pool",
            constraint=models.UniqueConstraint(fields=("zone", "name"), name="pool_name_once"),
        ),
    ]
