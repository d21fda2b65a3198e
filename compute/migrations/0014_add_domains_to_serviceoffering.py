"""Add domains to serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0013_add_network_rate_mbits_to_instance"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceoffering",
            name="domains",
            field=models.ManyToManyField(related_name="+", to="tenants.domain"),
        ),
    ]
