"""Bringing an image into the store: copied, looked into, and only then put where templates are used from."""

from typing import ClassVar

from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from storage import actions, arrivals, inspection, states, store, template_work
from storage.inspection import Inspected
from storage.models import Template
from storage.services import registration
from storage.store import Received


class Receive(Step):
    """The copy waits under the template's uuid until it is shelved."""

    name = "receive"
    label = "Copy and inspect the image"

    def act(self, run: Run) -> tuple[Received, Inspected]:
        """Checksum and size of the copy, and what is in it."""
        template = _template(run)
        received = arrivals.bring(run, template, steps=len(FetchTemplate.steps))
        found = inspection.inspect(store.incoming_path(template.uuid), format=template.format)
        return received, found

    def record(self, run: Run, result: tuple[Received, Inspected]) -> None:
        """From now on the store knows that somebody wants this image."""
        received, found = result
        Template.objects.filter(uuid=run.subject_uuid).update(
            checksum=received.checksum,
            size_bytes=received.size_bytes,
            virtual_size_bytes=found.virtual_size_bytes,
            is_bootable=found.is_bootable,
        )

    def undo(self, run: Run) -> None:
        """Nothing that came in is left."""
        arrivals.discard(run)

    def record_undo(self, run: Run, result: None) -> None:
        """Nobody wants the image through this template; taken up late, it may have got another since."""
        if run.was_given_up:
            return
        Template.objects.filter(uuid=run.subject_uuid).update(checksum="", size_bytes=0, virtual_size_bytes=0)


class Shelve(Step):
    """The image gets its name by content, which several templates may share."""

    name = "shelve"
    label = "Put the image into the store"

    def act(self, run: Run) -> None:
        """The image is in its place."""
        template = _template(run)
        store.shelve(template.uuid, template.checksum)
        arrivals.discard(run)

    def record(self, run: Run, result: None) -> None:
        """The template is ready."""
        template_work.record_ready(run, _template(run))

    def undo(self, run: Run) -> None:
        """The image is gone, unless another template has it. Taken up late, what the template has is another's, and
        housekeeping clears what nothing has.
        """
        if run.was_given_up:
            return
        template = _template(run)
        if template.checksum:
            checksum = template.checksum
            store.remove(checksum, is_wanted=lambda: template_work.is_wanted(checksum, but_for=template))


@workflow
class FetchTemplate(Workflow):
    """From fetching to ready, or to an error that can be tried again."""

    kind = "template.fetch"
    queue = "storage"
    label = "Registering the template"
    steps: ClassVar = (Receive, Shelve)
    action = actions.REGISTER_TEMPLATE

    def failed(self, run: Run) -> None:
        """The template stays, in error and without an image; housekeeping clears what may be left of it."""
        template = _template(run)
        if template.state == states.FETCHING:
            states.TEMPLATE.move(template, "failed", checksum="", size_bytes=0, virtual_size_bytes=0)

    def retry(self, run: Run) -> None:
        """Fetches it again. Raises WrongState where it was sent, and so is gone."""
        arrivals.demand_source(run)
        template = _template(run)
        registration.demand_empty(template)
        states.TEMPLATE.move(template, "fetch")


def _template(run: Run) -> Template:
    return Template.objects.select_related("account__domain").get(uuid=run.subject_uuid)
