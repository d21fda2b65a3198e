"""Add least memory mib to serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0020_add_least_cpus_to_serviceoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceoffering",
            name="least_memory_mib",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
