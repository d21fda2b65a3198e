"""Add domain to user."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0012_add_domain_to_account"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="domain",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="users", to="tenants.domain"
            ),
        ),
    ]
