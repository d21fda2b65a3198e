"""What stands in one cell of a list or one line of a card. Everything that people typed is escaped here."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from cloudportal.portal import formats
from cloudportal.portal.tones import Tone, tone_of

NOTHING = mark_safe('<span class="nothing" aria-label="none">—</span>')


def icon(name: str, *, label: str = "") -> SafeString:
    """An icon of our sprite; decoration unless it has a label."""
    source = f"{static('icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, source
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', source)


def state(word: str, *, tone: Tone | None = None) -> SafeString:
    """A state as word, colour and icon."""
    chosen = tone or tone_of(word)
    return format_html('<span class="state state-{}">{}{}</span>', chosen.value, icon(chosen.icon), word)


def link(text: Any, route: str, *arguments: Any, note: Any = "") -> SafeString:
    """A link to one of our pages, with a quieter line below where there is something to add."""
    url = reverse(f"portal:{route}", args=arguments)
    name = format_html('<a href="{}">{}</a>', url, text)
    return format_html('{}<span class="note">{}</span>', name, note) if note else name


def narrowed(text: Any, route: str, **filters: Any) -> SafeString:
    """A link to one of our lists, of which it leaves what the filters ask for."""
    return format_html('<a href="{}?{}">{}</a>', reverse(f"portal:{route}"), urlencode(filters), text)


def noted(text: Any, note: Any) -> Any:
    """A text with a quieter line below."""
    return format_html('{}<span class="note">{}</span>', text, note) if note else or_nothing(text)


def quiet(text: Any) -> SafeString:
    """A text that steps back."""
    return format_html('<span class="quiet">{}</span>', text)


def copyable(text: Any) -> SafeString:
    """An id, address or key in fixed width, with a button to copy it where scripts run."""
    if text in (None, ""):
        return NOTHING
    return format_html(
        '<span class="copyable"><code>{0}</code>'
        '<button type="button" class="copy" data-copy="{0}" hidden aria-label="Copy {0}">{1}</button></span>',
        text,
        icon("copy"),
    )


def code(text: Any) -> SafeString:
    """Fixed width, for what machines read."""
    return format_html("<code>{}</code>", text) if text not in (None, "") else NOTHING


def moment(value: datetime | None) -> SafeString:
    """How long ago, with the full date and time to hover and for programs."""
    return _time(value, formats.ago(value)) if value else NOTHING


def exact_moment(value: datetime | None) -> SafeString:
    """The date and time to the second."""
    return _time(value, formats.date_and_time(value)) if value else NOTHING


def _time(value: datetime, text: str) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        f"{formats.local(value):%Y-%m-%d %H:%M:%S} {formats.zone_of(value)}",
        text,
    )


def yes_or_no(value: bool) -> str:
    """`yes` or `no`."""
    return "yes" if value else "no"


def words(values: Iterable[Any]) -> SafeString:
    """Short words side by side, such as tags."""
    items = [(one,) for one in values]
    return format_html_join(" ", '<span class="tag">{}</span>', items) if items else NOTHING


def bar(used: float, maximum: float | None, *, text: str = "", is_limit: bool = True) -> SafeString:
    """How full something is, drawn; the text says the same in words. What is no limit is never near or full."""
    if not maximum:
        return format_html('<span class="figure">{}</span>', text)
    share = min(max(100 * used / maximum, 0), 100)
    return format_html(
        '<span class="figure">{}</span><svg class="bar bar-{}" viewBox="0 0 100 6" preserveAspectRatio="none"'
        ' aria-hidden="true"><rect class="bar-track" width="100" height="6"/>'
        '<rect class="bar-used" width="{}" height="6"/></svg>',
        text,
        fullness(share) if is_limit else "plain",
        f"{share:.1f}",
    )


def fullness(share: float) -> str:
    """`plain`, `near` from 80 percent, `full` at 100."""
    if share >= 100:
        return "full"
    return "near" if share >= 80 else "plain"


def or_nothing(value: Any) -> Any:
    """The value, or a dash where there is none."""
    return NOTHING if value in (None, "") else value
