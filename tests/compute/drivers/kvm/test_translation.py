"""A guest whose processors are emulated is given more of them only where QEMU survives it."""

import pytest

from compute.drivers.kvm.translation import cache_mib, has_regions

MIB = 1024**2


def said(used_mib, capacity_mib):
    return f"Translation buffer state:\r\ngen code size       {used_mib * MIB}/{capacity_mib * MIB}\r\nTB count 9\r\n"


@pytest.mark.parametrize(
    ("cpus", "most_cpus", "mib"),
    [(1, 1, 32), (2, 2, 32), (1, 2, 256), (1, 16, 256), (1, 32, 512)],
    ids=["cannot-grow", "at-its-most", "may-grow", "a-region-each-of-2-MiB", "many"],
)
def test_a_guest_that_may_grow_has_more_of_it(cpus, most_cpus, mib):
    assert cache_mib(cpus, most_cpus) == mib


# Sixteen regions of 16 MiB each: what is filled, one for each processor, one to spare.
@pytest.mark.parametrize(
    ("used_mib", "fits"), [(0, True), (30, True), (208, True), (209, False), (255, False)]
)
def test_regions_must_be_left(used_mib, fits):
    assert has_regions(said(used_mib, 256), cpus=2, most_cpus=2) is fits


def test_a_small_cache_that_is_full_has_none():
    told = "gen code size       33031715/33472512"

    assert not has_regions(told, cpus=2, most_cpus=2)
    assert not has_regions(said(1, 32), cpus=64, most_cpus=64)


def test_a_qemu_that_does_not_tell_is_not_trusted():
    assert not has_regions("unknown command: 'info jit'", cpus=2, most_cpus=2)
