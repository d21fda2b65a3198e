"""Add network rate mbits to instance."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0012_add_is_highly_available_to_instance"),
    ]

    operations = [
        migrations.AddField(
            model_name="instance",
            name="network_rate_mbits",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
