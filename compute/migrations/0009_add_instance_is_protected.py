"""Add instance is protected."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0008_constrain_disk_order"),
    ]

    operations = [
        migrations.AddField(
            model_name="instance",
            name="is_protected",
            field=models.BooleanField(default=False),
        ),
    ]
