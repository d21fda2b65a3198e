from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("networking", "0008_constrain_group_name_once")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="address",
            name="note",
            field=models.CharField(blank=True, max_length=255),
        )
    ]
