"""Add zones to serviceoffering."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0025_add_network_rate_mbits_to_serviceoffering"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceoffering",
            name="zones",
            field=models.ManyToManyField(related_name="+", to="topology.zone"),
        ),
    ]
