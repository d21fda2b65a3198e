"""Add kind to template."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0035_add_is_extractable_to_template"),
    ]

    operations = [
        migrations.AddField(
            model_name="template",
            name="kind",
            field=models.CharField(default="template", max_length=8),
        ),
    ]
