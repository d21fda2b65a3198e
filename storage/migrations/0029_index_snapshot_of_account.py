"""Index snapshot of account."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0028_add_snapshot_to_volume"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="snapshot",
            index=models.Index(fields=["account", "state", "-id"], name="snapshot_of_account"),
        ),
    ]
