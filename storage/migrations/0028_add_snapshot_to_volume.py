"""Add snapshot to volume."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0027_create_snapshot"),
    ]

    operations = [
        migrations.AddField(
            model_name="volume",
            name="snapshot",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="made_volumes",
                to="storage.snapshot",
            ),
        ),
    ]
