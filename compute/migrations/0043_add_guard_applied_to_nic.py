"""Add guard applied to nic."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0042_add_groups_to_nic"),
    ]

    operations = [
        migrations.AddField(
            model_name="nic",
            name="guard_applied",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
