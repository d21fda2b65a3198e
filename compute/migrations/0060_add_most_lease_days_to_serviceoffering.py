"""Add most_lease_days to serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0059_add_lease_days_to_serviceoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceoffering",
            name="most_lease_days",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
