"""Constrain cluster name once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("topology", "0006_create_host"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="cluster",
            constraint=models.UniqueConstraint(fields=("pod", "name"), name="cluster_name_once"),
        ),
    ]
