"""What goes into the CD drive of an instance."""

from typing import Any

from cloudportal.core.caller import Caller
from cloudportal.portal.choices import Card, OneOf
from cloudportal.portal.forms import PortalForm, about
from compute import actions
from compute.models import Instance
from compute.portal.instances import INSTANCE
from compute.services.instances import media
from storage import states as storage_states
from storage.models import Template
from storage.queries import templates_for


class IsoForm(PortalForm):
    """Which ISO."""

    iso = OneOf(
        label="ISO", nothing_to_choose="There is no ISO that you may use. Register or upload one first."
    )

    def shape(self) -> None:
        """Offers those that are ready."""
        rows = templates_for(self.caller).filter(kind=Template.ISO, state=storage_states.READY)
        self.offer_rows("iso", rows, lambda row: Card(row.name, row.description), route="templates")


def _attach(caller: Caller, instance: Instance, values: dict[str, Any]) -> Instance:
    media.attach(caller, instance, values["iso"])
    return instance


ATTACH = about(
    INSTANCE,
    "iso",
    title="Attach an ISO to {name}",
    action=actions.ATTACH_ISO,
    form=IsoForm,
    submit=_attach,
    button="Attach",
    done=lambda instance: f"The ISO is being put into the drive of {instance.name}.",
    note="It goes into the CD drive: at once where the instance runs, else when it is started next.",
)

urlpatterns = [*ATTACH.urls()]
