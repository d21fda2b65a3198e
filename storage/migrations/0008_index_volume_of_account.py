"""Index volume of account."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0007_constrain_copy_once_per_pool"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="volume",
            index=models.Index(fields=["account", "state", "-id"], name="volume_of_account"),
        ),
    ]
