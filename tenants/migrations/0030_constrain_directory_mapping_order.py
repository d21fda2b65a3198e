"""Constrain directory mapping order."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0029_constrain_project_role_rule_order"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="directorygroupmapping",
            constraint=models.UniqueConstraint(fields=("server", "position"), name="directory_mapping_order"),
        ),
    ]
