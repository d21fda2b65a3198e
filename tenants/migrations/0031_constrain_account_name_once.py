"""Constrain account name once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0030_constrain_directory_mapping_order"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(fields=("domain", "name"), name="account_name_once"),
        ),
    ]
