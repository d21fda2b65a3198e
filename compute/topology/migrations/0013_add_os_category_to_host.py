"""Add OS category to host."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("topology", "0012_create_os_type"),
    ]

    operations = [
        migrations.AddField(
            model_name="host",
            name="os_category",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="hosts",
                to="topology.oscategory",
            ),
        ),
    ]
