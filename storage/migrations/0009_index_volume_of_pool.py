"""Index volume of pool."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0008_index_volume_of_account"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="volume",
            index=models.Index(fields=["pool", "state"], name="volume_of_pool"),
        ),
    ]
