"""Alter cpu mhz of serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0026_add_zones_to_serviceoffering"),
    ]

    operations = [
        migrations.AlterField(
            model_name="serviceoffering",
            name="cpu_mhz",
            field=models.PositiveIntegerField(default=1000, null=True),
        ),
    ]
