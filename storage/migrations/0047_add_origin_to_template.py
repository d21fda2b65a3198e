"""Add origin to template."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0046_add_claimed_whole_bytes_to_pool"),
    ]

    operations = [
        migrations.AddField(
            model_name="template",
            name="origin",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="storage.template",
            ),
        ),
    ]
