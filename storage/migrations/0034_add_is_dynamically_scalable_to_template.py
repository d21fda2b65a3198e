"""Add is dynamically scalable to template."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0033_add_is_bootable_to_template"),
    ]

    operations = [
        migrations.AddField(
            model_name="template",
            name="is_dynamically_scalable",
            field=models.BooleanField(default=False),
        ),
    ]
