"""Index instance of account."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0004_create_nic"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="instance",
            index=models.Index(fields=["account", "state", "-id"], name="instance_of_account"),
        ),
    ]
