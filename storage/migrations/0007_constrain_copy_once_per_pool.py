"""Constrain copy once per pool."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0006_constrain_pool_name_once"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="templatecopy",
            constraint=models.UniqueConstraint(fields=("checksum", "pool"), name="copy_once_per_pool"),
        ),
    ]
