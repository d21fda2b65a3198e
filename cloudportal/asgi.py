"""The web entry for an ASGI server: the consoles' websockets, and the pages beside them where one process serves both.

`consoles` answers websockets alone, for a process of its own beside a WSGI server of the pages; `application` answers
everything, for one address without a proxy in front (docs/configuration.md, "Consoles").
"""

from typing import Any, cast

from a2wsgi import WSGIMiddleware

from cloudportal import environment
from cloudportal.wsgi import application as wsgi_pages
from compute.console.door import Consoles

# The pages are written for threads; more of them than gunicorn has by default, for a few may wait for a host.
_pages: Any = WSGIMiddleware(cast(Any, wsgi_pages), workers=environment.number("PORTAL_WEB_THREADS", 8))

consoles = Consoles()


async def application(scope: Any, receive: Any, send: Any) -> None:
    """One request or connection, by what it is."""
    if scope["type"] == "http":
        await _pages(scope, receive, send)
    elif scope["type"] == "websocket":
        await consoles(scope, receive, send)
