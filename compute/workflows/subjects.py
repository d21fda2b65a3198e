"""The instance that a job is about, read afresh, and what a driver must be told of it."""

from uuid import UUID

from cloudportal.core.secrets import revealed
from cloudportal.drivers.errors import Unsupported
from cloudportal.jobs.run import Run
from compute import media_work
from compute.drivers.contract import ComputeDriver, RunsGuests
from compute.drivers.growth import ResizesGuests
from compute.drivers.specs import (
    BootDevice,
    DiskFormat,
    DiskSpec,
    GuestData,
    GuestDataFormat,
    GuestSpec,
    LoginChange,
)
from compute.models import Instance, VolumeAttachment
from compute.promises import disk_limits
from compute.services.guest_data import template_links
from compute.topology.abilities import can
from compute.topology.models import Host
from compute.workflows.wiring import nic_configs, nic_specs
from compute.workflows.wiring import nics_of as nics_of
from storage.guest_terms import CONFIG_DRIVE, format_for, is_windows
from storage.models import Volume
from tenants.queries import settings_value

# Where memory may come later, Linux sets 64 MiB aside at its start (swiotlb), which a smaller guest does not survive.
LEAST_GROWING_MIB = 256


def instance_of(run: Run) -> Instance:
    """The job's instance with its neighbours, as it is now."""
    rows = Instance.objects.select_related(
        "account__domain", "zone", "template", "offering", "host__cluster__pod", "last_host"
    )
    return rows.get(uuid=run.subject_uuid)


def host_of(instance: Instance) -> Host:
    """The host that the instance has a claim on. Raises LookupError without one."""
    if instance.host is None:
        raise LookupError(f"The instance {instance.uuid} has no claim on a host.")
    return instance.host


def volumes_of(instance: Instance) -> list[Volume]:
    """Its volumes, the root volume first."""
    attachments = instance.attachments.select_related(
        "volume__pool__host",
        "volume__template",
        "volume__zone",
        "volume__offering",
        "volume__account__domain",
    )
    return [one.volume for one in attachments.order_by("device_index")]


def runs_guests(driver: ComputeDriver) -> RunsGuests:
    """The same driver as one that makes and removes guests. Raises Unsupported."""
    if not isinstance(driver, RunsGuests):
        raise Unsupported(detail=f"the driver {driver.name} cannot make guests")
    return driver


def resizes_guests(driver: ComputeDriver) -> ResizesGuests:
    """The same driver as one that resizes running guests. Raises Unsupported."""
    if not isinstance(driver, ResizesGuests):
        raise Unsupported(detail=f"the driver {driver.name} cannot resize running guests")
    return driver


def spec_of(instance: Instance) -> GuestSpec:
    """The guest as its host is asked for it. Its volumes must be made and its networks laid there."""
    most_cpus, most_memory_mib = _most(instance, host_of(instance))
    return GuestSpec(
        uuid=instance.uuid,
        name=f"i-{instance.uuid}",
        cpus=instance.cpus,
        memory_mib=instance.memory_mib,
        cpu_mhz=instance.cpu_mhz,
        most_cpus=most_cpus,
        most_memory_mib=most_memory_mib,
        disks=_disks(instance),
        nics=nic_specs(instance, host_of(instance)),
        guest_data=guest_data_of(instance),
        os_type=_os_type(instance),
        cpu_cap_percent=instance.cpu_cap_percent,
        boot_order=_boot_order(instance),
        media=media_work.spec_of(instance),
    )


def guest_data_of(instance: Instance, *, without: UUID | None = None) -> GuestData:
    """What the guest reads of itself as it starts; `without` leaves out a NIC that is about to go."""
    return GuestData(
        instance_id=str(instance.uuid),
        hostname=instance.name,
        ssh_keys=tuple(instance.ssh_keys),
        user_data=template_links.told_to(instance) or None,
        nics=nic_configs(instance, without=without),
        vendor_data=_vendor_data(instance) or None,
        availability_zone=instance.zone.name,
        login=login_of(instance),
        format=_guest_data_format(instance),
    )


def login_of(instance: Instance) -> LoginChange | None:
    """The password and the keys that wait for the guest, None where none do."""
    password_hash = revealed(instance.password_hash) or None
    if password_hash is None and not instance.has_new_keys:
        return None
    return LoginChange(
        number=instance.login_number,
        user=instance.login_user,
        password_hash=password_hash,
        ssh_keys=tuple(instance.ssh_keys) if instance.has_new_keys else None,
    )


def _vendor_data(instance: Instance) -> str:
    text: str = settings_value(
        "instance.vendor_data", domain=instance.account.domain, zone_uuid=instance.zone.uuid
    )
    return text


def _guest_data_format(instance: Instance) -> GuestDataFormat:
    template = instance.template
    is_drive = template and format_for(template.os_type, template.guest_data_format) == CONFIG_DRIVE
    return "config-drive" if is_drive else "nocloud"


def _most(instance: Instance, host: Host) -> tuple[int | None, int | None]:
    """How far the guest is to be able to grow on the host."""
    if not can(host, "ResizesGuests"):
        return None, None
    times = settings_value("instance.growth", zone_uuid=instance.zone.uuid)
    most_cpus = min(instance.cpus * times, host.cpus)
    most_memory_mib = min(instance.memory_mib * times, host.memory_mib)
    if instance.memory_mib < LEAST_GROWING_MIB:
        most_memory_mib = instance.memory_mib
    return max(most_cpus, instance.cpus), max(most_memory_mib, instance.memory_mib)


def _disks(instance: Instance) -> tuple[DiskSpec, ...]:
    attachments = instance.attachments.select_related("volume__offering", "instance__offering").order_by(
        "device_index"
    )
    return tuple(disk_of(one) for one in attachments)


def disk_of(attachment: VolumeAttachment) -> DiskSpec:
    """A disk as its host is asked for it; its volume must be made."""
    return DiskSpec(
        uuid=attachment.volume.uuid,
        locator=attachment.volume.locator,
        format=_format(attachment.volume),
        device_index=attachment.device_index,
        limits=disk_limits(attachment.instance, attachment.volume),
    )


def _boot_order(instance: Instance) -> tuple[BootDevice, ...]:
    # What was deployed from an ISO starts from it until it is detached, and then from what was installed.
    is_from_iso = instance.template is not None and instance.template.is_iso
    return ("cdrom", "disk") if is_from_iso else ("disk",)


def _format(volume: Volume) -> DiskFormat:
    return "raw" if volume.format == "raw" else "qcow2"


def _os_type(instance: Instance) -> str:
    return "windows" if instance.template and is_windows(instance.template.os_type) else "linux"
