"""Index instance on host."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0006_index_instance_by_state"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="instance",
            index=models.Index(fields=["host", "state"], name="instance_on_host"),
        ),
    ]
