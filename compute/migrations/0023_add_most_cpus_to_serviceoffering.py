"""Add most cpus to serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0022_add_most_cpu_mhz_to_serviceoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceoffering",
            name="most_cpus",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
