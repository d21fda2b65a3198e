"""Add cpu cap percent to instance."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0029_alter_memory_mib_of_serviceoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="instance",
            name="cpu_cap_percent",
            field=models.PositiveSmallIntegerField(null=True),
        ),
    ]
