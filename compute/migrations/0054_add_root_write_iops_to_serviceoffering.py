"""Add root_write_iops to serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0053_add_root_read_iops_to_serviceoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceoffering",
            name="root_write_iops",
            field=models.PositiveBigIntegerField(null=True),
        ),
    ]
