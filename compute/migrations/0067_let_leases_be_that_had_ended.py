"""Let leases be that had ended: until now an end was never begun again, so what was recovered since, or left to people,
must not end because of an upgrade.

Which of them had failed is not on record, so those are left to people too; their owners extend them, or stop and destroy
the instances by hand. Destroying what somebody brought back would be worse.
"""

from typing import ClassVar

from django.db import migrations


def let_be(apps, schema_editor):
    apps.get_model("compute", "Lease").objects.filter(ended_at__isnull=False).update(is_let_be=True)


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("compute", "0066_tell_hosts_of_guards_again"),
    ]

    operations: ClassVar = [
        migrations.RunPython(let_be, migrations.RunPython.noop, elidable=True),
    ]
