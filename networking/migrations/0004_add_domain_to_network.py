"""Add domain to network."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("networking", "0003_create_network_placement"),
        ("tenants", "0032_constrain_role_rule_order"),
    ]

    operations = [
        migrations.AddField(
            model_name="network",
            name="domain",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="networks",
                to="tenants.domain",
            ),
        ),
    ]
