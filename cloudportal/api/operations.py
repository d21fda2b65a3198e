"""The REST door as data: each operation says who may call it, what it takes, what it answers, and what it runs."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db.models import Model
from django.utils.module_loading import import_string
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cloudportal.api import etags, idempotency, planning
from cloudportal.api.filters import Filter, refuse_unknown
from cloudportal.api.permissions import IsSignedIn
from cloudportal.api.shapes import Nothing, Shape, Values
from cloudportal.core.actions import Action
from cloudportal.core.caller import Caller
from cloudportal.core.errors import PortalError

# A caller who names a project here acts inside it: sees what it owns, and makes new things for it.
PROJECT_HEADER = "X-Project"
READING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Call:
    """One request to an operation, understood: who asks, about what, with which values."""

    request: Request
    caller: Caller | None
    keys: tuple[UUID | str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Parameter:
    """A query parameter that is no filter, or a header."""

    name: str
    type: str
    help: str


PLAN = Parameter(planning.PARAMETER, "integer", "1 answers what would happen and changes nothing.")
AGREED = Parameter(planning.HEADER, "string", "The fingerprint of a plan: carry out exactly that or nothing.")
ONCE = Parameter(
    idempotency.HEADER, "string", "Sent again within a day, the request is not carried out twice."
)
PROJECT = Parameter(PROJECT_HEADER, "string", "The uuid of a project to act in.")
UNEDITED = Parameter(
    etags.HEADER, "string", "The ETag of what you saw: refuse when it was changed meanwhile."
)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method at one path.

    `path` has `{name}` where a uuid stands, and `{name:str}` where a word does. `action` is what the role of the
    caller must allow; None lets any signed-in caller pass, and `is_open` everybody. `answers` maps a status to the
    shape under it. `subject` finds the row that is shown, for comparison with If-Match.
    """

    name: str
    method: str
    path: str
    summary: str
    run: Callable[[Call], Response]
    answers: dict[int, type[Any] | None]
    action: Action | None = None
    is_open: bool = False
    takes: type[Values] | None = None
    is_partial: bool = False
    is_plannable: bool = True
    is_create: bool = False
    filters: tuple[Filter, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    # Fields of the answer that are told once: who sends the request again does not get them again.
    told_once: tuple[str, ...] = ()
    subject: Callable[[Call], Model] | None = None
    shape: type[Shape] | None = None

    @property
    def reads(self) -> bool:
        """True where nothing is changed."""
        return self.method in READING

    @property
    def can_be_planned(self) -> bool:
        """True where `?plan=1` has a meaning."""
        return self.is_plannable and not self.reads

    @property
    def query_parameters(self) -> tuple[Parameter, ...]:
        """The query parameters beside its filters."""
        return (*self.parameters, PLAN) if self.can_be_planned else self.parameters

    @property
    def headers(self) -> tuple[Parameter, ...]:
        """The request headers that mean something here."""
        meant = (
            (AGREED, True),
            (ONCE, self.is_create),
            (UNEDITED, self.subject is not None and self.shape is not None),
        )
        planned = [header for header, is_meant in meant if is_meant and self.can_be_planned]
        return tuple(planned) if self.is_open else (PROJECT, *planned)

    @property
    def known_parameters(self) -> tuple[str, ...]:
        """The names of all query parameters that it takes."""
        return (*(one.name for one in self.filters), *(one.name for one in self.query_parameters))


class OperationView(APIView):
    """Serves the operations of one path."""

    operations: ClassVar[dict[str, Operation]] = {}

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Who calls an open operation is not asked who they are: a stale session must not keep them from signing in."""
        operation = self.operation
        return [] if operation is not None and operation.is_open else super().get_authenticators()

    def get_permissions(self) -> list[BasePermission]:
        """Nothing is asked of those who call an open operation."""
        operation = self.operation
        return [] if operation is not None and operation.is_open else [IsSignedIn()]

    @property
    def operation(self) -> Operation | None:
        """The operation that the request's method names."""
        method = getattr(self, "method", None) or (self.request.method if self.request else None)
        return self.operations.get("GET" if method == "HEAD" else str(method))

    def serve(self, request: Request, **keys: UUID | str) -> Response:
        """Asks permission, reads the values, and runs the operation."""
        operation = self.operation
        if operation is None:
            return self.http_method_not_allowed(request)
        caller = _acting(request)
        if operation.action is not None and caller is not None:
            operation.action.permit(caller)
        refuse_unknown(request.query_params, operation.known_parameters)
        call = Call(request, caller, tuple(keys.values()))
        if operation.reads:
            return operation.run(call)
        return _change(operation, replace(call, values=_values(operation, call)))


def caller_of(request: Request) -> Caller | None:
    """Whom the request's credentials make its caller, or None for nobody."""
    return request.auth if isinstance(request.auth, Caller) else None


def _acting(request: Request) -> Caller | None:
    caller, project = caller_of(request), request.headers.get(PROJECT_HEADER)
    if caller is None or project is None:
        return caller
    found: Caller = import_string(settings.API_PROJECT_CALLER)(caller, project)
    return found


def _values(operation: Operation, call: Call) -> dict[str, Any]:
    try:
        reader = (operation.takes or Nothing)(data=call.request.data, partial=operation.is_partial)
        reader.is_valid(raise_exception=True)
    except (APIException, PortalError):
        # A stranger's row is not found, whatever is said about it.
        if operation.subject is not None:
            operation.subject(call)
        raise
    return dict(reader.validated_data)


def _change(operation: Operation, call: Call) -> Response:
    if not operation.can_be_planned:
        return operation.run(call)

    def run() -> Response:
        try:
            return _unless_edited(operation, call)
        except PortalError as refusal:
            refusal.fields = _as_sent(operation, refusal.fields)
            raise

    if planning.is_wanted(call.request):
        if operation.subject is not None:
            # A stranger's row is not found, planned or not.
            operation.subject(call)
        return planning.describe(run)
    if operation.is_create and call.caller is not None:
        return idempotency.once(
            call.request,
            call.caller,
            lambda: planning.as_agreed(call.request, run),
            told_once=operation.told_once,
        )
    return planning.as_agreed(call.request, run)


def _as_sent(operation: Operation, fields: dict[str, list[str]]) -> dict[str, list[str]]:
    """The faulty fields under the names by which the caller knows them, where the service has others."""
    sources = (
        {field.source: name for name, field in operation.takes().fields.items()} if operation.takes else {}
    )
    return {sources.get(name, name): sentences for name, sentences in fields.items()}


def _unless_edited(operation: Operation, call: Call) -> Response:
    subject, shape = operation.subject, operation.shape
    if subject is None or shape is None:
        return etags.unless_edited(call.request, lambda: operation.run(call))
    return etags.unless_edited(
        call.request,
        lambda: operation.run(call),
        find=lambda: subject(call),
        tag=lambda row: etags.tag_of(shape, row, call.caller),
    )
