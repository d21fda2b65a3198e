"""Constrain project name once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0025_constrain_user_name_once"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="project",
            constraint=models.UniqueConstraint(fields=("domain", "name"), name="project_name_once"),
        ),
    ]
