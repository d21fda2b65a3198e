"""Index snapshot of volume."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0029_index_snapshot_of_account"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="snapshot",
            index=models.Index(fields=["volume", "state", "-id"], name="snapshot_of_volume"),
        ),
    ]
