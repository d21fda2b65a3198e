"""Add least cpu mhz to serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0018_add_is_zone_bound_to_serviceoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceoffering",
            name="least_cpu_mhz",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
