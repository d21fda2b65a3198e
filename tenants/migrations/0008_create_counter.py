"""Create counter."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0007_create_api_token"),
    ]

    operations = [
        migrations.CreateModel(
            name="Counter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("level", models.CharField(max_length=8)),
                ("owner_id", models.BigIntegerField()),
                ("resource", models.CharField(max_length=30)),
                ("used", models.BigIntegerField(default=0)),
                ("maximum", models.BigIntegerField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("level", "owner_id", "resource"), name="counter_once")
                ],
            },
        ),
    ]
