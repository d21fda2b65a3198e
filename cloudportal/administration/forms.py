"""Forms whose values a service takes: tried out before they are believed, and never written to a row."""

from typing import Any, ClassVar

from django import forms
from django.db import models

from cloudportal.core import plans
from cloudportal.core.caller import Caller
from cloudportal.core.errors import PortalError


class ServiceForm(forms.ModelForm):
    """A model's fields as a form. Whether the values are right is the service's to say: it is asked by a plan, and
    its refusal becomes the form's errors.
    """

    # Set for each request by the admin.
    carry_out: ClassVar[Any] = None
    caller: ClassVar[Caller | None] = None
    # Names that the service has for some of the fields.
    renamed: ClassVar[dict[str, str]] = {}
    # Secrets: they go in and never out, and left empty they stay as they are.
    write_only: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            # An empty list or object is a value, which Django would take for a missing one.
            if isinstance(field, forms.JSONField) or self._may_be_null(name):
                field.required = False
        for name in self.write_only:
            self.initial.pop(name, None)

    @property
    def is_new(self) -> bool:
        """True while there is no row yet."""
        return self.instance.pk is None

    def given(self) -> dict[str, Any]:
        """What the service is told: all values of a new row, the changed ones of an old."""
        names = self.fields if self.is_new else self.changed_data
        values = {name: self._value(name) for name in names if name in self.cleaned_data}
        return {name: value for name, value in values.items() if value or name not in self.write_only}

    def _may_be_null(self, name: str) -> bool:
        fields = {one.name: one for one in self._meta.model._meta.fields}
        return name in fields and fields[name].null

    def _value(self, name: str) -> Any:
        value = self.cleaned_data[name]
        return value if value is not None or not isinstance(self.fields[name], forms.JSONField) else []

    def _post_clean(self) -> None:
        if self.errors:
            return
        carry_out = type(self).carry_out
        refusal = plans.planned(lambda: carry_out(self)).refusal
        if refusal is not None:
            self._tell(refusal)

    def _tell(self, refusal: PortalError) -> None:
        known = {self.renamed.get(name, name): sentences for name, sentences in refusal.fields.items()}
        for name, sentences in known.items():
            field = next((one for one in (name, name.partition(".")[0]) if one in self.fields), None)
            for sentence in sentences:
                self.add_error(field, sentence if field == name or field is None else f"{name}: {sentence}")
        if not known:
            self.add_error(None, refusal.detail)


def by_uuid(values: dict[str, Any]) -> dict[str, Any]:
    """The values with chosen rows as services want them: `zone` becomes `zone_uuid`, None where none was chosen."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, models.Model):
            found[f"{name}_uuid"] = value.uuid  # type: ignore[attr-defined]
        elif value is not None:
            found[name] = value
    return found
