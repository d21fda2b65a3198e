"""Constrain user name once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0024_constrain_domain_name_once"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(fields=("domain", "username"), name="user_name_once"),
        ),
    ]
