"""Add instance most cpus."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0036_create_user_data"),
    ]

    operations = [
        migrations.AddField(
            model_name="instance",
            name="most_cpus",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
