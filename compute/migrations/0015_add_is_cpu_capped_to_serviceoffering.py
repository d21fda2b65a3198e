"""Add is cpu capped to serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0014_add_domains_to_serviceoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceoffering",
            name="is_cpu_capped",
            field=models.BooleanField(default=False),
        ),
    ]
