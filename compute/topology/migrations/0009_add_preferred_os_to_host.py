"""Add preferred os to host."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0032_constrain_role_rule_order"),
        ("topology", "0008_constrain_pod_name_once"),
    ]

    operations = [
        migrations.AddField(
            model_name="host",
            name="preferred_os",
            field=models.CharField(blank=True, max_length=60),
        ),
    ]
