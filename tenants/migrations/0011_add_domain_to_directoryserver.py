"""Add domain to directoryserver."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0010_create_domain"),
    ]

    operations = [
        migrations.AddField(
            model_name="directoryserver",
            name="domain",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="directory_servers",
                to="tenants.domain",
            ),
        ),
    ]
