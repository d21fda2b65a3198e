"""Add root_read_iops to serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0052_add_root_provisioning_to_serviceoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceoffering",
            name="root_read_iops",
            field=models.PositiveBigIntegerField(null=True),
        ),
    ]
