"""Add most memory mib to serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0023_add_most_cpus_to_serviceoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceoffering",
            name="most_memory_mib",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
