"""Add is zone bound to serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0017_add_is_highly_available_to_serviceoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceoffering",
            name="is_zone_bound",
            field=models.BooleanField(default=False),
        ),
    ]
