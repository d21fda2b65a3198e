import pytest

from cloudportal.core.errors import InvalidInput
from networking.ranges import range_of


def test_by_default_everything_but_the_gateway_is_given_out():
    found = range_of("10.1.1.0/29", "10.1.1.1")
    assert [number - int(found.subnet.network_address) for number in found.numbers] == [2, 3, 4, 5, 6]


def test_a_gateway_in_the_middle_is_left_out():
    found = range_of("10.1.1.0/24", "10.1.1.11", "10.1.1.10", "10.1.1.12")
    assert len(found.numbers) == 2


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("cidr", ("10.1.1.5/24", "10.1.1.1")),
        ("cidr", ("10.1.1.0", "10.1.1.1")),
        ("cidr", ("10.1.1.0/30", "10.1.1.1")),
        ("cidr", ("10.1.1.0/33", "10.1.1.1")),
        ("cidr", ("0.0.0.0/0", "10.1.1.1")),
        ("cidr", ("127.0.0.0/8", "127.0.0.1")),
        ("cidr", ("224.0.0.0/24", "224.0.0.1")),
        ("cidr", ("169.254.0.0/24", "169.254.0.1")),
        ("cidr", ("fd00::/64", "fd00::1")),
        ("cidr", ("", "10.1.1.1")),
        ("gateway", ("10.1.1.0/24", "10.1.2.1")),
        ("gateway", ("10.1.1.0/24", "10.1.1.0")),
        ("gateway", ("10.1.1.0/24", "10.1.1.255")),
        ("gateway", ("10.1.1.0/24", "")),
        ("gateway", ("10.1.1.0/24", "gateway")),
        ("first_ip", ("10.1.1.0/24", "10.1.1.1", "10.1.2.2")),
        ("first_ip", ("10.1.1.0/24", "10.1.1.1", "10.1.1.0")),
        ("first_ip", ("10.1.1.0/24", "10.1.1.1", "10.1.1.1", "10.1.1.1")),
        ("last_ip", ("10.1.1.0/24", "10.1.1.1", "10.1.1.2", "10.1.1.255")),
        ("last_ip", ("10.1.1.0/24", "10.1.1.1", "10.1.1.9", "10.1.1.8")),
        ("last_ip", ("10.0.0.0/16", "10.0.0.1")),
    ],
)
def test_a_range_that_cannot_be_is_refused_by_field(field, values):
    with pytest.raises(InvalidInput) as refusal:
        range_of(*values)
    assert list(refusal.value.fields) == [field]


def test_a_narrow_range_of_a_wide_subnet_is_fine():
    found = range_of("10.0.0.0/8", "10.0.0.1", "10.0.0.2", "10.0.16.1")
    assert len(found.numbers) == 4096
