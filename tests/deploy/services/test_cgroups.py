"""A private libvirtd gets groups of its own where the machine lends some, and none elsewhere."""

from pathlib import Path

import pytest

from deploy.services import cgroups

V1 = "cgroup {0} cgroup rw,relatime,{1} 0 0\n"


def mounts(tmp_path, *lines):
    path = tmp_path / "mounts"
    path.write_text("proc /proc proc rw 0 0\n" + "".join(lines))
    return path


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ((V1.format("/g/cpu", "cpu"), V1.format("/g/acct", "cpuacct")), ("/g/cpu", "/g/acct")),
        ((V1.format("/g/both", "cpu,cpuacct"), "none /g/all cgroup2 rw 0 0\n"), ("/g/both", "/g/all")),
        ((V1.format("/g/memory", "memory"), "none /g/all cgroup2 rw 0 0\n"), ()),
        (("cgroup /g/cpu cgroup ro,cpu 0 0\n",), ()),
        ((), ()),
    ],
    ids=["apart", "together", "unified", "read-only", "none"],
)
def test_groups_are_found_where_cpus_can_be_capped(tmp_path, lines, found):
    assert cgroups.roots(mounts(tmp_path, *lines)) == tuple(map(Path, found))


def test_groups_are_made_for_a_directory_and_removed_with_all_that_is_in_them(tmp_path, monkeypatch):
    root = tmp_path / "cpu"
    root.mkdir()
    monkeypatch.setattr(cgroups, "roots", lambda: (root,))
    one, other = (cgroups.ensure(tmp_path / name) for name in ("one", "other"))
    assert cgroups.ensure(tmp_path / "one") == one
    assert one.keys().isdisjoint(other) and {*one.values(), *other.values()} == {root}

    (group,) = one
    (group / "machine" / "guest" / "vcpu0").mkdir(parents=True)
    cgroups.remove(tmp_path / "one")
    cgroups.remove(tmp_path / "one")
    assert list(root.iterdir()) == list(other)
