"""A person at a real browser: signed in without the form, on a screen or a phone, with scripts or without."""

from contextlib import contextmanager

from django.conf import settings
from django.test import Client

from tenants.models import User

SCREEN = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


class Visitor:
    """A browser window of one user. `complaints` are what its console says: broken scripts, refused files."""

    def __init__(self, page, address):
        self.page = page
        self.address = address
        self.complaints = []
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self._note("error", str(error)))

    def _note(self, kind, text):
        self.complaints += [text] if kind in ("error", "warning") else []

    def go(self, path):
        self.page.goto(f"{self.address}{path}")
        return self.page

    @property
    def is_too_wide(self):
        """Whether one must scroll sideways."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )

    def shoot(self, path, *, whole=False):
        """A picture of what is seen, or of the whole page."""
        self.page.screenshot(path=path, full_page=whole)


@contextmanager
def visiting(browser, server, who=None, *, viewport=None, scripts=True, colours="light"):
    """A window of this user (a caller or a row), or of nobody."""
    context = browser.new_context(
        viewport=viewport or SCREEN,
        java_script_enabled=scripts,
        color_scheme=colours,
        permissions=["clipboard-read", "clipboard-write"],
    )
    try:
        if who is not None:
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": _session(who), "url": server.url}]
            )
        yield Visitor(context.new_page(), server.url)
    finally:
        context.close()


def _session(who):
    user = who if isinstance(who, User) else User.objects.get(uuid=who.user_uuid)
    client = Client()
    client.force_login(user, backend="tenants.authentication.LocalPasswords")
    return client.cookies[settings.SESSION_COOKIE_NAME].value
