"""Add is_linked to NIC."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0032_choose_default_nics"),
    ]

    operations = [
        migrations.AddField(
            model_name="nic",
            name="is_linked",
            field=models.BooleanField(default=True),
        ),
    ]
