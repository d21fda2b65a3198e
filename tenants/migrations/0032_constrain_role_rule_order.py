"""Constrain role rule order."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0031_constrain_account_name_once"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="rolerule",
            constraint=models.UniqueConstraint(fields=("role", "position"), name="role_rule_order"),
        ),
    ]
