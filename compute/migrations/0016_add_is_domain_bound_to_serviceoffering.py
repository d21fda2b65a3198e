"""Add is domain bound to serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0015_add_is_cpu_capped_to_serviceoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceoffering",
            name="is_domain_bound",
            field=models.BooleanField(default=False),
        ),
    ]
