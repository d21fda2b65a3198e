"""Constrain pod name once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("topology", "0007_constrain_cluster_name_once"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="pod",
            constraint=models.UniqueConstraint(fields=("zone", "name"), name="pod_name_once"),
        ),
    ]
