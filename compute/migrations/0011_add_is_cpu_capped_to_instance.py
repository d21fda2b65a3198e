"""Add is cpu capped to instance."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0010_create_key_pair"),
        ("tenants", "0032_constrain_role_rule_order"),
        ("topology", "0008_constrain_pod_name_once"),
    ]

    operations = [
        migrations.AddField(
            model_name="instance",
            name="is_cpu_capped",
            field=models.BooleanField(default=False),
        ),
    ]
