"""Icons, states, sizes and times for templates: the same words as in lists."""

from typing import Any

from django import template
from django.http import HttpRequest

from cloudportal.portal import cells, formats
from cloudportal.portal.tones import Tone

register = template.Library()

register.simple_tag(cells.icon, name="icon")
register.filter("moment", cells.moment)
register.filter("exact_moment", cells.exact_moment)
register.filter("clock_time", formats.clock_time)
register.filter("zone_of", formats.zone_of)
register.filter("copyable", cells.copyable)
register.filter("mib", formats.mib)
register.filter("size", formats.size)
register.filter("duration", formats.duration)
register.filter("or_nothing", cells.or_nothing)


@register.filter
def state(word: str, tone: str = "") -> str:
    """A state as word, colour and icon; the tone follows from the word unless it is given."""
    return cells.state(word, tone=Tone(tone) if tone else None)


@register.simple_tag
def bar(used: float, maximum: float | None, text: str = "") -> str:
    """How full something is."""
    return cells.bar(used, maximum, text=text)


@register.simple_tag(takes_context=True)
def here(context: dict[str, Any]) -> str:
    """The path of this page with its query, for forms that come back to it."""
    request: HttpRequest | None = context.get("request")
    return request.get_full_path() if request is not None else "/"
