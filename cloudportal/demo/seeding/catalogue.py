"""What tenants of the demonstration choose from: sizes, disks and a template."""

from dataclasses import dataclass
from pathlib import Path

from cloudportal.core.caller import Caller
from cloudportal.demo.seeding.finding import ensure
from compute import queries as compute
from compute.models import ServiceOffering
from compute.services import offerings
from compute.services.offerings import OfferingValues
from storage import queries as storage
from storage import states
from storage.models import DiskOffering, Template
from storage.services import offerings as disk_offerings
from storage.services import registration
from storage.services.offerings import DiskOfferingValues
from storage.services.registration import TemplateFile

# Software-emulated guests share the machine's processors with all else, so they promise little of them.
SIZES = (
    OfferingValues(name="Tiny", cpus=1, memory_mib=128, cpu_mhz=250, description="Boots in seconds."),
    OfferingValues(name="Small", cpus=1, memory_mib=512, cpu_mhz=250, description="For a small service."),
    OfferingValues(name="Medium", cpus=2, memory_mib=1024, cpu_mhz=250, description="For a larger one."),
)
DISKS = (
    DiskOfferingValues(name="1 GiB", size_gib=1, description="A small disk."),
    DiskOfferingValues(name="Any size", description="As large as you say."),
)
TEMPLATE_NAME = "Small Linux"
# Below this the small guest's kernel does not come up.
TEMPLATE_MEMORY_MIB = 96


@dataclass(frozen=True)
class Catalogue:
    """The smallest size, and the template that every size runs."""

    offering: ServiceOffering
    template: Template


@dataclass(frozen=True)
class Image:
    """The template's file, and what it is."""

    path: Path
    format: str


def ensure_catalogue(caller: Caller, image: Image) -> Catalogue:
    """Sizes, disks and the template, whose image a job for workers brings in. May be called again."""
    sizes = [_size(caller, values) for values in SIZES]
    for values in DISKS:
        _disk(caller, values)
    return Catalogue(sizes[0], _template(caller, image))


def _size(caller: Caller, values: OfferingValues) -> ServiceOffering:
    found = compute.offerings_for(caller).filter(name=values.name)
    return ensure(found, lambda: offerings.create(caller, values))


def _disk(caller: Caller, values: DiskOfferingValues) -> DiskOffering:
    found = storage.disk_offerings_for(caller).filter(name=values.name)
    return ensure(found, lambda: disk_offerings.create(caller, values))


def _template(caller: Caller, image: Image) -> Template:
    values = TemplateFile(
        name=TEMPLATE_NAME,
        format=image.format,
        source_file=str(image.path),
        description="A web page with its name, ssh, and nothing else.",
        os_type="linux",
        minimum_memory_mib=TEMPLATE_MEMORY_MIB,
        is_public=True,
        is_featured=True,
    )
    usable = (states.FETCHING, states.READY)
    found = storage.templates_for(caller).filter(name=TEMPLATE_NAME, state__in=usable)
    return ensure(found, lambda: registration.register(caller, values)[0])
