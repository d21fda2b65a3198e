"""Add groups to nic."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0041_create_affinity_group"),
        ("networking", "0008_constrain_group_name_once"),
    ]

    operations = [
        migrations.AddField(
            model_name="nic",
            name="groups",
            field=models.ManyToManyField(related_name="nics", to="networking.securitygroup"),
        ),
    ]
