"""Add is extractable to template."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0034_add_is_dynamically_scalable_to_template"),
    ]

    operations = [
        migrations.AddField(
            model_name="template",
            name="is_extractable",
            field=models.BooleanField(default=False),
        ),
    ]
