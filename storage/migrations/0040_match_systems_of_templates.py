"""Match systems of templates: each has the OS type that comes closest to what its owner calls it."""

from django.db import migrations


def words_of(name):
    return name.lower().removeprefix("other").strip()


def closest(text, types):
    found = [one for one in types if words_of(one.name) in text.lower()]
    return max(found, key=lambda one: len(words_of(one.name)), default=None)


def match(apps, schema_editor):
    types = list(apps.get_model("topology", "OsType").objects.all())
    template = apps.get_model("storage", "Template")
    for text in template.objects.exclude(os_type="").values_list("os_type", flat=True).distinct():
        template.objects.filter(os_type=text).update(system=closest(text, types))


class Migration(migrations.Migration):
    dependencies = [
        ("storage", "0039_add_system_to_template"),
    ]

    operations = [
        migrations.RunPython(match, migrations.RunPython.noop),
    ]
