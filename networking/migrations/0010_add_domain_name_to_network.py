from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("networking", "0009_add_note_to_address")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="network",
            name="domain_name",
            field=models.CharField(blank=True, max_length=100),
        )
    ]
