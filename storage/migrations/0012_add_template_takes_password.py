"""Add takes_password to template."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0011_add_template_login_user"),
    ]

    operations = [
        migrations.AddField(
            model_name="template",
            name="takes_password",
            field=models.BooleanField(default=False),
        ),
    ]
