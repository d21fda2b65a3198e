"""Alter cpus of serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0027_alter_cpu_mhz_of_serviceoffering"),
    ]

    operations = [
        migrations.AlterField(
            model_name="serviceoffering",
            name="cpus",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
