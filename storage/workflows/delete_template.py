"""Deleting a template: its image goes from pools and store, unless something else still needs it."""

from typing import ClassVar

from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from storage import actions, housekeeping, states, store, template_work
from storage.models import Template, TemplateCopy
from storage.services import templates


class ClearPools(Step):
    """A copy that volumes stand on stays until they are gone; housekeeping takes it then."""

    name = "clear-pools"
    label = "Remove the image from the pools"

    def act(self, run: Run) -> None:
        """No pool keeps the image without need."""
        template = _template(run)
        if not template.checksum or template_work.is_wanted(template.checksum, but_for=template):
            return
        for copy in TemplateCopy.objects.filter(checksum=template.checksum).select_related("pool__host"):
            run.check_lease()
            housekeeping.remove_copy(copy)


class ClearStore(Step):
    """The last thing, so that a template that cannot be deleted can still be used to repair its instances."""

    name = "clear-store"
    label = "Remove the image from the store"

    def act(self, run: Run) -> None:
        """The store keeps the image only for others that want it; housekeeping takes it when they do no more."""
        template = _template(run)
        store.discard_incoming(template.uuid)
        if template.checksum:
            checksum = template.checksum
            store.remove(checksum, is_wanted=lambda: template_work.is_wanted(checksum, but_for=template))

    def record(self, run: Run, result: None) -> None:
        """The template is deleted."""
        template_work.record_removed(run, _template(run))


@workflow
class DeleteTemplate(Workflow):
    """From deleting to deleted, or to an error that stays in sight."""

    kind = "template.delete"
    queue = "storage"
    label = "Deleting the template"
    steps: ClassVar = (ClearPools, ClearStore)
    action = actions.DELETE_TEMPLATE

    def failed(self, run: Run) -> None:
        """The template stays, in error, and can be deleted again."""
        template = _template(run)
        if template.state == states.DELETING:
            states.TEMPLATE.move(template, "failed")

    def retry(self, run: Run) -> None:
        """Deletes it again."""
        templates.begin_deleting(_template(run))


def _template(run: Run) -> Template:
    return Template.objects.select_related("account__domain").get(uuid=run.subject_uuid)
