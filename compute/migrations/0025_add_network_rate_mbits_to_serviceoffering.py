"""Add network rate mbits to serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0024_add_most_memory_mib_to_serviceoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceoffering",
            name="network_rate_mbits",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
