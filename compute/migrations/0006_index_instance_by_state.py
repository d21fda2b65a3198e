"""Index instance by state."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0005_index_instance_of_account"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="instance",
            index=models.Index(fields=["state", "-id"], name="instance_by_state"),
        ),
    ]
