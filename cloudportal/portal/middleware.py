"""What every page carries: a policy under which only our own files may run, and the theme of whoever asks."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from cloudportal.portal import themes

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


class ContentSecurityPolicy:
    """Sends the policy with every answer that does not bring a stricter one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response


class Theme:
    """Lets every template of this request be looked for in the caller's theme first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with themes.wearing(lambda: themes.theme_of(request)):
            return self.get_response(request)
