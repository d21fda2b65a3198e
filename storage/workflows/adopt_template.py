"""Making a template of a snapshot: both have the same image, so nothing is copied."""

from typing import ClassVar

from cloudportal.jobs.run import Run
from cloudportal.jobs.workflows import Step, Workflow, workflow
from storage import states, template_work
from storage.models import Snapshot, Template


class Adopt(Step):
    """Rows only. The snapshot is held, so its image is there until the template wants it too."""

    name = "adopt"
    label = "Take over the snapshot's image"

    def record(self, run: Run, result: None) -> None:
        """The template is ready."""
        snapshot = Snapshot.objects.get(uuid=run.arguments["snapshot"])
        template = _template(run)
        template.checksum = snapshot.checksum
        template.size_bytes = snapshot.size_bytes
        template.virtual_size_bytes = snapshot.virtual_size_bytes
        template.save(update_fields=["checksum", "size_bytes", "virtual_size_bytes"])
        template_work.record_ready(run, template)


@workflow
class AdoptTemplate(Workflow):
    """From fetching to ready, or to an error that can be deleted."""

    kind = "template.adopt"
    queue = "storage"
    label = "Making the template"
    steps: ClassVar = (Adopt,)

    def failed(self, run: Run) -> None:
        """The template stays, in error and without an image."""
        template = _template(run)
        if template.state == states.FETCHING:
            states.TEMPLATE.move(template, "failed", checksum="", size_bytes=0, virtual_size_bytes=0)


def _template(run: Run) -> Template:
    return Template.objects.select_related("account__domain").get(uuid=run.subject_uuid)
