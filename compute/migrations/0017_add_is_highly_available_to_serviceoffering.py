"""Add is highly available to serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0016_add_is_domain_bound_to_serviceoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceoffering",
            name="is_highly_available",
            field=models.BooleanField(default=False),
        ),
    ]
