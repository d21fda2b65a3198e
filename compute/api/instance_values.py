"""What callers of the REST door send about instances."""

from rest_framework import serializers

from cloudportal.api.shapes import Lines, Reference, References, Text, Values, Whole
from compute.api.offerings import MOST
from compute.configuration import STOP_TIMEOUT
from compute.services.offerings import LONGEST_LEASE_DAYS

MOST_GIB = 2**20
MOST_USER_DATA = 64 * 1024


class EditInstance(Values):
    """What may be changed about an instance."""

    name = Text(max_length=63, required=False)
    display_name = Text(max_length=100, required=False, allow_blank=True)
    is_protected = serializers.BooleanField(
        required=False, help_text="While it is set, the instance is neither destroyed nor expunged."
    )
    ssh_keys = serializers.ListField(child=Text(max_length=16384), max_length=20, required=False)
    user_data = Lines(max_length=MOST_USER_DATA, required=False, allow_blank=True, trim_whitespace=False)


class DeployInstance(EditInstance):
    """An instance as its owner wants it. Without networks it gets the zone's shared one. CPUs, MHz and memory are said
    where the offering leaves them open.
    """

    zone = Reference()
    template = Reference()
    offering = Reference()
    cpus = Whole(min_value=1, max_value=MOST, required=False, allow_null=True)
    cpu_mhz = Whole(min_value=1, max_value=MOST, required=False, allow_null=True)
    memory_mib = Whole(min_value=1, max_value=MOST, required=False, allow_null=True)
    networks = References(required=False, max_length=10)
    security_groups = References(required=False, max_length=5)
    addresses = serializers.DictField(
        child=Text(max_length=45),
        required=False,
        help_text="The address to have, by the uuid of its network.",
    )
    root_size_gib = Whole(min_value=1, max_value=MOST_GIB, required=False, allow_null=True)
    root_disk_offering = Reference(
        required=False,
        allow_null=True,
        help_text="A disk offering for the empty disk, where the template is an ISO.",
    )
    key_pairs = References(required=False, max_length=16)
    user_data_from = Reference(required=False, allow_null=True, help_text="User data that is kept.")
    user_data_values = serializers.DictField(
        child=Text(max_length=4096, allow_blank=True, trim_whitespace=False),
        required=False,
        help_text="Values for its variables, by name.",
    )
    affinity_groups = References(required=False, max_length=20)
    host = Reference(
        required=False, allow_null=True, help_text="Where it is to run; for root administrators."
    )
    lease_days = Whole(
        min_value=0,
        max_value=LONGEST_LEASE_DAYS,
        required=False,
        allow_null=True,
        help_text="How long it may live, 0 for no end; otherwise as its size or the settings say.",
    )
    start = serializers.BooleanField(required=False, default=True)


class StartInstance(Values):
    """Where to start it."""

    host = Reference(
        required=False, allow_null=True, help_text="Where it is to run; for root administrators."
    )


class ShutDown(Values):
    """How to shut it down."""

    force = serializers.BooleanField(
        required=False, help_text="Cut the power instead of asking the guest to shut down."
    )
    timeout_seconds = Whole(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=int(STOP_TIMEOUT.maximum or 0),
        help_text="How long it may take to shut down; without it as long as the zone's setting says.",
    )
    cut_power = serializers.BooleanField(
        required=False,
        default=True,
        help_text="Cut the power of one that has not shut down in time. Otherwise it goes on running.",
    )


class ReinstallInstance(Values):
    """From what to make it anew."""

    template = Reference(required=False, allow_null=True, help_text="Its own template where none is named.")
    force = serializers.BooleanField(
        required=False, default=False, help_text="Cut the power instead of asking the guest to shut down."
    )


class ResizeInstance(Values):
    """The size that it is to have. The amounts are for offerings that leave them open."""

    offering = Reference()
    cpus = Whole(min_value=1, max_value=MOST, required=False, allow_null=True)
    cpu_mhz = Whole(min_value=1, max_value=MOST, required=False, allow_null=True)
    memory_mib = Whole(min_value=1, max_value=MOST, required=False, allow_null=True)


class LeaseInstance(Values):
    """How long the instance may live from now on."""

    days = Whole(max_value=3650, help_text="0 takes its end away, where it may have none.")


class DestroyInstance(Values):
    """How to destroy."""

    force = serializers.BooleanField(required=False)
    expunge = serializers.BooleanField(required=False, help_text="Also remove it for good at once.")
    delete_volumes = References(
        required=False, help_text="Data volumes to delete when it is expunged; the others are set free then."
    )


class ExpungeInstance(Values):
    """What goes with it."""

    delete_volumes = References(
        required=False, help_text="Data volumes to delete too; the others are set free."
    )


class AttachIso(Values):
    """Which ISO goes into the drive."""

    iso = Reference()


class MoveInstance(Values):
    """To whom: an account or a project."""

    account = Reference(required=False)
    project = Reference(required=False)
    networks = References(
        required=False, max_length=10, help_text="What it is on afterwards; by default what it is on now."
    )
