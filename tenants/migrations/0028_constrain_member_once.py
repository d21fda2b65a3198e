"""Constrain member once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0027_constrain_project_role_name_once"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="projectmember",
            constraint=models.UniqueConstraint(fields=("project", "key"), name="member_once"),
        ),
    ]
