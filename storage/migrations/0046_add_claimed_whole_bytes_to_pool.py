"""Add claimed_whole_bytes to pool."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0045_add_provisioning_to_volume"),
    ]

    operations = [
        migrations.AddField(
            model_name="pool",
            name="claimed_whole_bytes",
            field=models.BigIntegerField(default=0),
        ),
    ]
