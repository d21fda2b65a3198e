"""Add lease_policy to serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0060_add_most_lease_days_to_serviceoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceoffering",
            name="lease_policy",
            field=models.CharField(blank=True, max_length=8),
        ),
    ]
