"""Add system to template."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0038_create_template_grant"),
        ("topology", "0014_seed_os_types"),
    ]

    operations = [
        migrations.AddField(
            model_name="template",
            name="system",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="templates",
                to="topology.ostype",
            ),
        ),
    ]
