"""Add root_provisioning to serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0051_add_goes_too_to_volumeattachment"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceoffering",
            name="root_provisioning",
            field=models.CharField(default="thin", max_length=8),
        ),
    ]
