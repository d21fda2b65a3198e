"""Add login_number to instance."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0045_add_instance_has_new_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="instance",
            name="login_number",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
