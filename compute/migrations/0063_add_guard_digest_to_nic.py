"""Add guard digest to nic."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("compute", "0062_add_credential_to_consoleticket"),
    ]

    operations: ClassVar = [
        migrations.AddField(
            model_name="nic",
            name="guard_digest",
            field=models.CharField(blank=True, max_length=32),
        ),
    ]
