"""Constrain group name once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("networking", "0007_create_security_group_rule"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="securitygroup",
            constraint=models.UniqueConstraint(fields=("account", "name"), name="group_name_once"),
        ),
    ]
