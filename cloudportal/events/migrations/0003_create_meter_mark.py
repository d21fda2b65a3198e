"""Create meter mark."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0002_create_event"),
    ]

    operations = [
        migrations.CreateModel(
            name="MeterMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("meter", models.CharField(max_length=40)),
                ("starts", models.BooleanField()),
                ("at", models.DateTimeField()),
                ("subject_uuid", models.UUIDField()),
                ("subject_name", models.CharField(blank=True, max_length=255)),
                ("account_uuid", models.UUIDField()),
                ("account_name", models.CharField(max_length=255)),
                ("domain_path", models.CharField(max_length=255)),
                ("zone_uuid", models.UUIDField(null=True)),
                ("quantities", models.JSONField(default=dict)),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["subject_uuid", "meter", "id"], name="mark_of_subject")],
            },
        ),
    ]
