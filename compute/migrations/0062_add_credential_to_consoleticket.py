"""Add credential to consoleticket."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0061_add_lease_policy_to_serviceoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="consoleticket",
            name="credential",
            field=models.CharField(blank=True, max_length=60),
        ),
    ]
