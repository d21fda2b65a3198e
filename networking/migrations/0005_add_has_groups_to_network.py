"""Add has groups to network."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("networking", "0004_add_domain_to_network"),
    ]

    operations = [
        migrations.AddField(
            model_name="network",
            name="has_groups",
            field=models.BooleanField(default=False),
        ),
    ]
