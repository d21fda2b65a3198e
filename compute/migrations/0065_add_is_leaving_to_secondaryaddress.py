"""Add is leaving to secondary address."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("compute", "0064_add_is_let_be_to_lease"),
    ]

    operations: ClassVar = [
        migrations.AddField(
            model_name="secondaryaddress",
            name="is_leaving",
            field=models.BooleanField(default=False),
        ),
    ]
