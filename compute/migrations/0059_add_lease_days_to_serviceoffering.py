"""Add lease_days to serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0058_create_inherited_user_data"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceoffering",
            name="lease_days",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
