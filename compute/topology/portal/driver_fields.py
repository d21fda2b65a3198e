"""Form fields made from what a driver declares that it must be told; the same for hosts, pools and networks."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from cloudportal.drivers.settings import Setting
from cloudportal.portal.forms import PortalForm

PREFIX = "settings."

_ONE_LINE = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


def field_of(setting: Setting, *, value: Any = None, is_kept: bool = False) -> forms.Field:
    """The field for a setting. With `is_kept` a secret is stored already, and an empty field leaves it so."""
    options: dict[str, Any] = {
        "label": setting.label,
        "help_text": setting.help,
        "required": setting.required and setting.default is None and not (setting.secret and is_kept),
        "initial": setting.default if value is None else value,
    }
    if setting.secret:
        return _secret(setting, options, is_kept=is_kept)
    if setting.kind == "boolean":
        return forms.BooleanField(**{**options, "required": False})
    if setting.kind == "choice":
        return forms.ChoiceField(choices=setting.choices, **options)
    if setting.kind == "integer":
        return forms.IntegerField(min_value=setting.minimum, max_value=setting.maximum, **options)
    if setting.kind == "pem":
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}), **options)
    return forms.CharField(widget=forms.TextInput(attrs=_ONE_LINE), **options)


def _secret(setting: Setting, options: dict[str, Any], *, is_kept: bool) -> forms.Field:
    kept = " Leave it empty to keep what is stored." if is_kept else ""
    attributes = {"autocomplete": "new-password"}
    widget = (
        forms.Textarea(attrs={"rows": 5, **attributes})
        if setting.kind == "pem"
        else forms.PasswordInput(attrs=attributes)
    )
    return forms.CharField(
        widget=widget, strip=False, **{**options, "initial": None, "help_text": f"{setting.help}{kept}"}
    )


def add_fields(form: PortalForm, settings: Iterable[Setting], *, row: Any = None) -> tuple[str, ...]:
    """Puts a field for each setting into the form, filled from the row where there is one; returns their names."""
    values: Mapping[str, Any] = row.settings if row is not None else {}
    names = []
    for setting in settings:
        name = f"{PREFIX}{setting.name}"
        form.fields[name] = field_of(setting, value=values.get(setting.name), is_kept=row is not None)
        names.append(name)
    return tuple(names)


def settings_in(values: Mapping[str, Any]) -> dict[str, Any]:
    """The driver's settings among a form's values, under their own names; numbers that were left out are left out."""
    found = {name.removeprefix(PREFIX): value for name, value in values.items() if name.startswith(PREFIX)}
    return {name: value for name, value in found.items() if value is not None}
