"""Constrain project role name once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0026_constrain_project_name_once"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="projectrole",
            constraint=models.UniqueConstraint(fields=("project", "name"), name="project_role_name_once"),
        ),
    ]
