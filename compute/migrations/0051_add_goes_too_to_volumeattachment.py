"""Add goes too to volume attachment."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0050_create_instance_note"),
    ]

    operations = [
        migrations.AddField(
            model_name="volumeattachment",
            name="goes_too",
            field=models.BooleanField(default=False),
        ),
    ]
