"""Add least cpus to serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0019_add_least_cpu_mhz_to_serviceoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceoffering",
            name="least_cpus",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
