"""Choose default NICs: until now the first one of each instance was."""

from django.db import migrations


def choose_first(apps, schema_editor):
    apps.get_model("compute", "Nic").objects.filter(device_index=0).update(is_default=True)


class Migration(migrations.Migration):
    dependencies = [
        ("compute", "0031_add_is_default_to_nic"),
    ]

    operations = [
        migrations.RunPython(choose_first, migrations.RunPython.noop, elidable=True),
    ]
