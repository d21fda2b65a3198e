"""A walk over every page that a user can reach from the start page, as a browser without scripts would go."""

import re
from collections import Counter, deque
from contextlib import contextmanager

from django.test.signals import template_rendered

from tests.support.pages import Page

# Files, and the door that has a look of its own.
ELSEWHERE = ("/static/", "/admin/")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def shape_of(address):
    """The address without its ids and the values of its query: pages that differ in nothing else are one."""
    path, _, query = address.partition("?")
    names = "&".join(sorted(part.partition("=")[0] for part in query.split("&") if part))
    return f"{UUID.sub('<uuid>', path)}?{names}"


def walk(browser, *, start="/", again=None):
    """Every page once for its shape, as (address, page). `again` says of which shapes several differ, and how many."""
    most = again or {}
    seen, waiting = Counter(), deque([start])
    visited = set()
    while waiting:
        address = waiting.popleft()
        shape = shape_of(address)
        if address in visited or seen[shape] >= most.get(shape, 1):
            continue
        seen[shape] += 1
        visited.add(address)
        page = Page(browser.client.get(address))
        yield address, page
        waiting.extend(link for link in page.links if link.startswith("/") and not link.startswith(ELSEWHERE))


@contextmanager
def rendered_templates():
    """The names of all templates that are rendered inside."""
    names = set()

    def note(sender, template, **_):
        names.add(template.name)

    template_rendered.connect(note)
    try:
        yield names
    finally:
        template_rendered.disconnect(note)
