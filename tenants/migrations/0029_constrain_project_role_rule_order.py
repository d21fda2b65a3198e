"""Constrain project role rule order."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0028_constrain_member_once"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="projectrolerule",
            constraint=models.UniqueConstraint(fields=("role", "position"), name="project_role_rule_order"),
        ),
    ]
