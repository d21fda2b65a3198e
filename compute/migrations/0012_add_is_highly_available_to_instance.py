"""Add is highly available to instance."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0011_add_is_cpu_capped_to_instance"),
    ]

    operations = [
        migrations.AddField(
            model_name="instance",
            name="is_highly_available",
            field=models.BooleanField(default=False),
        ),
    ]
