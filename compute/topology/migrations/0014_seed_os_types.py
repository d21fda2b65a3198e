"""Seed OS types: those that templates hold as a rule, and hosts of the categories that they were meant for by name."""

from django.db import migrations

SYSTEMS = {
    "Debian": ("Debian 11", "Debian 12", "Debian 13", "Other Debian"),
    "Ubuntu": ("Ubuntu 20.04", "Ubuntu 22.04", "Ubuntu 24.04", "Other Ubuntu"),
    "Red Hat": (
        "AlmaLinux",
        "CentOS",
        "Fedora",
        "Oracle Linux",
        "Red Hat Enterprise Linux",
        "Rocky Linux",
        "Other Red Hat",
    ),
    "SUSE": ("openSUSE", "SUSE Linux Enterprise", "Other SUSE"),
    "Other Linux": ("Alpine Linux", "Arch Linux", "Gentoo", "Other Linux"),
    "Windows": (
        "Windows 10",
        "Windows 11",
        "Windows Server 2016",
        "Windows Server 2019",
        "Windows Server 2022",
        "Windows Server 2025",
        "Other Windows",
    ),
    "BSD": ("FreeBSD", "NetBSD", "OpenBSD", "Other BSD"),
    "Other": ("Other",),
}


def seed(apps, schema_editor):
    category, system = (apps.get_model("topology", name) for name in ("OsCategory", "OsType"))
    host = apps.get_model("topology", "Host")
    for name, types in SYSTEMS.items():
        row, _ = category.objects.get_or_create(name=name)
        for one in types:
            system.objects.get_or_create(name=one, defaults={"category": row})
        host.objects.filter(preferred_os__iexact=name).update(os_category=row)


class Migration(migrations.Migration):
    dependencies = [
        ("topology", "0013_add_os_category_to_host"),
    ]

    operations = [
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
