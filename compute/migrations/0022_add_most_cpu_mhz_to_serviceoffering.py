"""Add most cpu mhz to serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0021_add_least_memory_mib_to_serviceoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceoffering",
            name="most_cpu_mhz",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
