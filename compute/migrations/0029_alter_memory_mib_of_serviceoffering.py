"""Alter memory mib of serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0028_alter_cpus_of_serviceoffering"),
    ]

    operations = [
        migrations.AlterField(
            model_name="serviceoffering",
            name="memory_mib",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
