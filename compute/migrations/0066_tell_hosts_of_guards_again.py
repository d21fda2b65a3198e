"""Tell hosts of guards again: until now groups stood for members in other zones too, whose addresses are others' here."""

from typing import ClassVar

from django.db import migrations
from django.db.models import F


def want_guards(apps, schema_editor):
    if apps.get_model("topology", "Zone").objects.count() < 2:
        return
    nics = apps.get_model("compute", "Nic").objects
    naming = nics.filter(groups__rules__peer__isnull=False).values_list("pk", flat=True)
    nics.filter(pk__in=list(naming)).update(guard_wanted=F("guard_wanted") + 1)


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("compute", "0065_add_is_leaving_to_secondaryaddress"),
    ]

    operations: ClassVar = [
        migrations.RunPython(want_guards, migrations.RunPython.noop, elidable=True),
    ]
