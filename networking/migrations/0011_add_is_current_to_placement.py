from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("networking", "0010_add_domain_name_to_network")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="networkplacement",
            name="is_current",
            field=models.BooleanField(default=True),
        )
    ]
