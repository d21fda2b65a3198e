"""Add origin to snapshot."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0048_add_origin_to_volume"),
    ]

    operations = [
        migrations.AddField(
            model_name="snapshot",
            name="origin",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="storage.template",
            ),
        ),
    ]
