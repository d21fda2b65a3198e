"""Add is domain bound to diskoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0013_add_domains_to_diskoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="diskoffering",
            name="is_domain_bound",
            field=models.BooleanField(default=False),
        ),
    ]
