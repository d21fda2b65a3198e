"""Add is_let_be to lease."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("compute", "0063_add_guard_digest_to_nic"),
    ]

    operations: ClassVar = [
        migrations.AddField(
            model_name="lease",
            name="is_let_be",
            field=models.BooleanField(default=False),
        ),
    ]
