"""Add is_default to NIC."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0030_add_cpu_cap_percent_to_instance"),
    ]

    operations = [
        migrations.AddField(
            model_name="nic",
            name="is_default",
            field=models.BooleanField(default=False),
        ),
    ]
