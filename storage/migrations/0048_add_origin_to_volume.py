"""Add origin to volume."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0047_add_origin_to_template"),
    ]

    operations = [
        migrations.AddField(
            model_name="volume",
            name="origin",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="storage.template",
            ),
        ),
    ]
