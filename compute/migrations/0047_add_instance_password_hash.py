"""Add password_hash to instance."""

from django.db import migrations

import cloudportal.core.secrets


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0046_add_instance_login_number"),
    ]

    operations = [
        migrations.AddField(
            model_name="instance",
            name="password_hash",
            field=cloudportal.core.secrets.EncryptedField(blank=True),
        ),
    ]
