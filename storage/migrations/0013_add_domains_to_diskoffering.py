"""Add domains to diskoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0012_add_template_takes_password"),
        ("tenants", "0032_constrain_role_rule_order"),
        ("topology", "0008_constrain_pod_name_once"),
    ]

    operations = [
        migrations.AddField(
            model_name="diskoffering",
            name="domains",
            field=models.ManyToManyField(related_name="+", to="tenants.domain"),
        ),
    ]
