"""Add guard wanted to nic."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0043_add_guard_applied_to_nic"),
    ]

    operations = [
        migrations.AddField(
            model_name="nic",
            name="guard_wanted",
            field=models.PositiveIntegerField(default=1),
        ),
    ]
