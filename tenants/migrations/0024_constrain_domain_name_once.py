"""Constrain domain name once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0023_create_directory_identity"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="domain",
            constraint=models.UniqueConstraint(fields=("parent", "name"), name="domain_name_once"),
        ),
    ]
