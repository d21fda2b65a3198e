"""What a test needs of the machine's kernel. Where that is lacking, the test is skipped, and says what it is."""

import pytest


def demand_cpu_caps(driver):
    """Returns where the host can cap CPUs of guests, as it found out itself."""
    if not driver.host_facts().can_cap_cpu:
        pytest.skip("libvirt cannot cap CPUs here: the machine lends no control group (v1 `cpu`, writable).")


def demand_network_caps(driver):
    """Returns where the host can cap traffic of guests, as it found out itself."""
    if not driver.host_facts().can_cap_network:
        pytest.skip("libvirt cannot cap traffic here: the kernel lacks sch_sfq or act_police.")
