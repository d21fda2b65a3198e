"""Add has_new_keys to instance."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0044_add_guard_wanted_to_nic"),
    ]

    operations = [
        migrations.AddField(
            model_name="instance",
            name="has_new_keys",
            field=models.BooleanField(default=False),
        ),
    ]
