"""The base of every page of the admin: rows through the caller's funnel, permission by actions, changes by services."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from cloudportal.administration import history
from cloudportal.administration.callers import caller_of
from cloudportal.administration.filters import ScopedRelatedFilter
from cloudportal.administration.forms import ServiceForm
from cloudportal.administration.verbs import Verb, runner_of
from cloudportal.core import plans
from cloudportal.core.actions import Action
from cloudportal.core.caller import Caller
from cloudportal.core.errors import PortalError


class ScopedAdmin(admin.ModelAdmin):
    """A model in the admin. Without `add`, `edit` and `remove` it is to be looked at only.

    `rows(caller)` is the app's query. `fields` are what a form has; `fixed` ones cannot be changed any more once the
    row is there; `shown` ones are never in a form's hands. Subclasses say by `create`, `update` and `delete` which
    service is called.
    """

    form = ServiceForm
    show_full_result_count = False
    list_per_page = 50
    read: ClassVar[Action]
    add: ClassVar[Action | None] = None
    edit: ClassVar[Action | None] = None
    remove: ClassVar[Action | None] = None
    verbs: ClassVar[tuple[Verb, ...]] = ()
    fixed: ClassVar[tuple[str, ...]] = ()
    shown: ClassVar[tuple[str, ...]] = ()
    only_new: ClassVar[tuple[str, ...]] = ()
    always_shown: ClassVar[tuple[str, ...]] = ("uuid", "created_at")

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """The caller's rows; where the app has a query of its own, by that."""
        manager: Any = self.model._default_manager
        found: QuerySet[Any] = manager.for_caller(caller)
        return found

    def create(self, caller: Caller, values: dict[str, Any]) -> Any:
        """The new row, by a service."""
        raise TypeError(f"{type(self).__name__} makes nothing.")

    def update(self, caller: Caller, row: Any, values: dict[str, Any]) -> Any:
        """The changed row, by a service."""
        raise TypeError(f"{type(self).__name__} changes nothing.")

    def delete(self, caller: Caller, row: Any) -> Any:
        """Removes the row, by a service."""
        raise TypeError(f"{type(self).__name__} removes nothing.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The caller's rows, through the app's own query."""
        return self.rows(caller_of(request))

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """The query's own order."""
        return ()

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what declared filters ask for: any other lookup would tell hashes and secrets letter by letter."""
        return any(lookup in self._lookups(name) for name in map(str, self.list_filter))

    def _lookups(self, name: str) -> tuple[str, ...]:
        # As a whole, never by their beginning: past a relation every path would lead on to other people's rows.
        field: Any = self.opts.get_field(name)
        if field.is_relation:
            return f"{name}__{field.target_field.name}__exact", f"{name}__isnull"
        return name, f"{name}__exact", f"{name}__isnull"

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """The declared filters, with scoped choices where they lead to other rows."""
        return [self._scoped(one) for one in self.list_filter]

    def _scoped(self, name: Any) -> Any:
        is_relation = isinstance(name, str) and self.opts.get_field(name).is_relation
        return (name, ScopedRelatedFilter) if is_relation else name

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """A choice among the rows of the related model that the caller may see there."""
        related = self.admin_site._registry.get(db_field.remote_field.model)
        may_choose = related is not None and related.has_view_permission(request)
        rows = (
            related.get_queryset(request)
            if related and may_choose
            else db_field.remote_field.model._base_manager.none()
        )
        return super().formfield_for_foreignkey(db_field, request, **{**options, "queryset": rows})

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the caller's role lets them see such rows."""
        return self._may(request, self.read)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """As has_view_permission."""
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whether the caller's role lets them make one."""
        return self._may(request, self.add)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the caller's role lets them edit one, and this one's state."""
        return self._may(request, self.edit, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the caller's role lets them remove one, and this one's state."""
        return self._may(request, self.remove, obj)

    def _may(self, request: HttpRequest, action: Action | None, row: Any = None) -> bool:
        if action is None or not caller_of(request).may(action.name):
            return False
        return row is None or action.refusal(row) is None

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """For a new row what its maker says; for an old one also what is only shown."""
        names = [str(name) for name in self.fields or ()]
        if obj is None:
            return names
        return [*(name for name in names if name not in self.only_new), *self.shown, *self.always_shown]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What no form changes."""
        return [] if obj is None else [*self.fixed, *self.shown, *self.always_shown]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        """The form, which knows whom it speaks for and how its values are carried out."""
        base = super().get_form(request, obj, change, **options)
        caller = caller_of(request)

        def carry_out(form: ServiceForm) -> Any:
            return self.carry_out(caller, form)

        return type(base.__name__, (base,), {"carry_out": staticmethod(carry_out)})

    def carry_out(self, caller: Caller, form: ServiceForm) -> Any:
        """Calls the service with what the form gives; the row is read afresh, since a plan leaves its traces."""
        if form.is_new:
            return self.create(caller, form.given())
        return self.update(caller, self.rows(caller).get(pk=form.instance.pk), form.given())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """One service call. What it gave is what the answer speaks of."""
        made = self.carry_out(caller_of(request), form)
        row = made[0] if isinstance(made, tuple) else made
        obj.pk = obj.pk if change else row.pk
        obj.refresh_from_db()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """One service call."""
        self.delete(caller_of(request), obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """One service call for each row."""
        for row in queryset:
            self.delete(caller_of(request), row)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What removing the rows would do, by a plan of each."""
        caller = caller_of(request)
        found = list(objs)
        planned = [(str(row), plans.planned(self._removal(caller, row))) for row in found]
        effects = [effect["sentence"] for _, plan in planned for effect in plan.effects]
        refusals = [f"{name}: {plan.refusal.detail}" for name, plan in planned if plan.refusal]
        counts = {str(self.opts.verbose_name_plural): len(found)}
        return effects or [name for name, _ in planned], counts, set(), refusals

    def _removal(self, caller: Caller, row: Any) -> Any:
        return lambda: self.delete(caller, self.rows(caller).get(pk=row.pk))

    def changeform_view(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        """The form; a late refusal is told on it, and nothing has been changed."""
        try:
            return super().changeform_view(request, *args, **options)
        except PortalError as refusal:
            return self._told(request, refusal)

    def delete_view(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        """The page that asks before it removes; a late refusal is told."""
        try:
            return super().delete_view(request, *args, **options)
        except PortalError as refusal:
            return self._told(request, refusal)

    def changelist_view(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        """The list; a refusal of removing several is told on it."""
        try:
            return super().changelist_view(request, *args, **options)
        except PortalError as refusal:
            return self._told(request, refusal)

    def _told(self, request: HttpRequest, refusal: PortalError) -> HttpResponse:
        self.message_user(request, refusal.detail, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The verbs that the caller's role allows, and removing where it does."""
        found = super().get_actions(request)
        allowed = [verb for verb in self.verbs if self._may(request, verb.action)]
        return {**found, **{verb.name: (runner_of(verb), verb.name, verb.label) for verb in allowed}}

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """The events about the row that the caller may see."""
        row = self.get_object(request, object_id) if self.has_view_permission(request) else None
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        uuid: UUID = row.uuid
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {row}",
            "opts": self.opts,
            "object": row,
            "events": history.of(caller_of(request), uuid),
        }
        return TemplateResponse(request, "administration/history.html", context)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The service has recorded its event."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """As log_addition."""

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """As log_addition."""

    def log_deletion(self, request: HttpRequest, obj: Any, object_repr: str) -> Any:
        """As log_addition."""


class RootAdmin(ScopedAdmin):
    """Bookkeeping of the portal itself: for root admins, to be looked at only."""

    always_shown = ()

    def rows(self, caller: Caller) -> QuerySet[Any]:
        """All rows, for root admins alone."""
        manager: models.Manager[Any] = self.model._default_manager
        return manager.all() if caller.is_root_admin else manager.none()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """For root admins whose role lets them see such rows."""
        return caller_of(request).is_root_admin and super().has_view_permission(request, obj)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Bookkeeping has no events."""
        raise PermissionDenied


class ScopedInline(admin.TabularInline):
    """Parts of a row, under it, to be looked at only."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever sees the row sees its parts."""
        return True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """All parts; the row that they belong to is the caller's."""
        manager: models.Manager[Any] = self.model._default_manager
        return manager.all()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All that are shown."""
        return [str(name) for name in self.fields or ()]
