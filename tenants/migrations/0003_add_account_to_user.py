"""Add account to user."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0002_create_account"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="users", to="tenants.account"
            ),
        ),
    ]
