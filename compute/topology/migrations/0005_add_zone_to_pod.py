"""Add zone to pod."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("topology", "0004_create_zone"),
    ]

    operations = [
        migrations.AddField(
            model_name="pod",
            name="zone",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="pods", to="topology.zone"
            ),
        ),
    ]
