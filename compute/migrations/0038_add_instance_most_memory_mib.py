"""Add instance most memory mib."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0037_add_instance_most_cpus"),
    ]

    operations = [
        migrations.AddField(
            model_name="instance",
            name="most_memory_mib",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
