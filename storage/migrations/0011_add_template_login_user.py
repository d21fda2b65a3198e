"""Add login_user to template."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0010_add_template_guest_data_format"),
    ]

    operations = [
        migrations.AddField(
            model_name="template",
            name="login_user",
            field=models.CharField(default="root", max_length=32),
        ),
    ]
