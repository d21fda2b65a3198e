"""Add domain to account."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0011_add_domain_to_directoryserver"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="domain",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="accounts", to="tenants.domain"
            ),
        ),
    ]
