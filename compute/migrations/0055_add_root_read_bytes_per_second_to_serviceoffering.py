"""Add root_read_bytes_per_second to serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0054_add_root_write_iops_to_serviceoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceoffering",
            name="root_read_bytes_per_second",
            field=models.PositiveBigIntegerField(null=True),
        ),
    ]
