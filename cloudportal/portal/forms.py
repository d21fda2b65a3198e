"""Form pages: declared fields and one service; what was typed stays, and each fault stands beside its field."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from cloudportal.core import plans
from cloudportal.core.actions import Action
from cloudportal.core.caller import Caller
from cloudportal.core.errors import NotPermitted, PortalError
from cloudportal.portal import menu
from cloudportal.portal.choices import AnyOf, OneOf
from cloudportal.portal.details import Crumb, DetailPage
from cloudportal.portal.pages import is_by_htmx, page
from cloudportal.portal.queries import is_uuid

Submit = Callable[[Caller, Any, dict[str, Any]], Any]
# More cards than anybody compares.
MOST_OFFERED = 60


@dataclass(frozen=True)
class Group:
    """Fields that are filled in together, under a heading."""

    title: str
    names: tuple[str, ...]
    note: str = ""


class PortalForm(forms.Form):
    """A form that knows who fills it in and, where it is about one, the row. It checks shapes; services decide.

    `chosen` is what was chosen on the page before, where the fields depend on it.
    """

    groups: ClassVar[tuple[Group, ...]] = ()
    required_css_class = "is-required"

    def __init__(
        self,
        *arguments: Any,
        caller: Caller,
        row: Any = None,
        chosen: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        self.caller = caller
        self.row = row
        self.chosen = dict(chosen or {})
        super().__init__(*arguments, **options)
        self.shape()

    def shape(self) -> None:
        """Fills in choices and first values that depend on the caller or the row."""

    def offer(self, name: str, choices: Iterable[tuple[str, Any]]) -> None:
        """Sets what can be chosen in a field: (value, words or card)."""
        field = self.fields[name]
        if not isinstance(field, forms.ChoiceField):
            raise TypeError(f"The field {name} is not one to choose from.")
        offered = list(choices)
        field.choices = offered
        if isinstance(field, OneOf | AnyOf):
            field.begin([value for value, _ in offered])

    def offer_rows(
        self,
        name: str,
        rows: QuerySet[Any],
        card: Callable[[Any], Any],
        *,
        route: str,
        always: Iterable[Any] = (),
    ) -> list[Any]:
        """Offers the first `MOST_OFFERED` of the rows as cards, and before them whichever are named in what was filled
        in, in what the form begins with, or in `always` (uuids). Where there are more, the field says so and leads to
        the list at `route`. Gives the rows that are offered.
        """
        found = list(rows[: MOST_OFFERED + 1])
        if len(found) > MOST_OFFERED:
            del found[MOST_OFFERED:]
            there = {str(row.uuid) for row in found}
            wanted = {*self.named(name), *map(str, always)} - there
            found = [
                *(rows.filter(uuid__in=[one for one in wanted if is_uuid(one)]) if wanted else ()),
                *found,
            ]
            self._say_more(name, route)
        self.offer(name, [(str(row.uuid), card(row)) for row in found])
        return found

    def named(self, name: str) -> list[str]:
        """What was chosen in the field, or what it begins with."""
        field = self.fields[name]
        if self.is_bound:
            value = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
        else:
            value = self.initial.get(name, field.initial)
        if value in (None, ""):
            return []
        return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]

    def _say_more(self, name: str, route: str) -> None:
        field = self.fields[name]
        address = menu.address_for(self.caller, route)
        where = format_html('<a href="{}">the list</a>', address) if address else "the list"
        said = format_html("The first {} are offered here; all are in {}.", MOST_OFFERED, where)
        field.help_text = format_html("{} {}", field.help_text, said) if field.help_text else said

    def sections(self) -> list[tuple[Group, list[forms.BoundField]]]:
        """The groups with their fields; one nameless group where none is declared."""
        groups = self.groups or (Group("", tuple(self.fields)),)
        return [(one, [self[name] for name in one.names if name in self.fields]) for one in groups]

    @property
    def values(self) -> dict[str, Any]:
        """What was chosen before and what was filled in, after it was found valid."""
        return {**self.chosen, **self.cleaned_data}

    def refuse(self, refusal: PortalError) -> None:
        """Puts the refusal's sentences beside their fields, or on top where they belong to none."""
        known = {name: text for name, text in refusal.fields.items() if name in self.fields}
        for name, sentences in known.items():
            self.add_error(name, list(sentences))
        if not known:
            self.add_error(None, refusal.detail)

    def missing(self) -> list[str]:
        """Labels of fields that still need a value."""
        return [
            str(self[name].label)
            for name, errors in self.errors.as_data().items()
            if name in self.fields and any(one.code == "required" for one in errors)
        ]


@dataclass(frozen=True)
class FormPage:
    """A form, declared. `submit` calls one service `(caller, row, values)`; its result goes to `done` and `next`.

    With `is_planned` the page answers what would happen while it is filled in (`?plan=1`), by `plan_template`. `row` is
    the query for forms about one thing, whose uuid is part of the address unless it is the caller's own. `chooser` is
    a form that comes first where the fields depend on its answers; it is passed over where there is only one answer to
    each of its questions. `answer` shows the result at once instead of going to another page, for what is shown this
    once.
    """

    route: str
    path: str
    title: str
    action: Action
    form: type[PortalForm]
    submit: Submit
    button: str
    done: Callable[[Any], str]
    next: Callable[[Any], str]
    parent: str
    parent_label: str
    row: Callable[[Caller, Any], Any] | None = None
    row_route: str = ""
    note: str = ""
    is_planned: bool = False
    plan_template: str = ""
    plan_values: Callable[[Caller, plans.Plan], dict[str, Any]] = lambda caller, plan: {}
    template: str = "portal/form.html"
    chooser: type[PortalForm] | None = None
    answer: Callable[[HttpRequest, Any], HttpResponse] | None = None

    def urls(self) -> list[URLPattern]:
        """The form's address."""
        return [path(self.path, page(self.view), name=self.route)]

    def view(self, request: HttpRequest, caller: Caller, uuid: UUID | None = None) -> HttpResponse:
        """The empty form, or what came of sending it."""
        self.action.permit(caller)
        row = self.row(caller, uuid) if self.row else None
        first = self._first(request, caller, row)
        if first is not None and not first.is_valid():
            return self._shown(request, caller, first, template="portal/choose.html")
        known: dict[str, Any] = {
            "caller": caller,
            "row": row,
            "chosen": first.cleaned_data if first else None,
        }
        if request.method != "POST":
            begin = {name: value for name, value in request.GET.items() if name in self.form.base_fields}
            return self._shown(request, caller, self.form(initial=begin, **known))
        form = self.form(request.POST, request.FILES, **known)
        if self.is_planned and "plan" in {**request.GET.dict(), **request.POST.dict()}:
            return self._plan(request, caller, form)
        return self._sent(request, caller, form)

    def _first(self, request: HttpRequest, caller: Caller, row: Any) -> PortalForm | None:
        """What must be chosen before, bound to the answers that are known."""
        if self.chooser is None:
            return None
        given = request.POST if request.method == "POST" else request.GET
        answers = {**_only_answers(self.chooser(caller=caller, row=row)), **given.dict()}
        known = {name: answers[name] for name in self.chooser.base_fields if name in answers}
        return self.chooser(known or None, caller=caller, row=row, initial=known)

    def _sent(self, request: HttpRequest, caller: Caller, form: PortalForm) -> HttpResponse:
        if not form.is_valid():
            return self._shown(request, caller, form, status=400)
        try:
            result = self.carry_out(request, caller, form)
        except NotPermitted:
            raise
        except PortalError as refusal:
            form.refuse(refusal)
            return self._shown(request, caller, form, status=refusal.status)
        if self.answer:
            return self.answer(request, result)
        sentence = self.done(result)
        if sentence:
            messages.success(request, sentence)
        return HttpResponseRedirect(self.next(result))

    def carry_out(self, request: HttpRequest, caller: Caller, form: PortalForm) -> Any:
        """Calls the service; pages whose service needs the request itself say so here."""
        return self.submit(caller, form.row, form.values)

    def _plan(self, request: HttpRequest, caller: Caller, form: PortalForm) -> HttpResponse:
        values: dict[str, Any] = {"is_asked": True, "missing": form.missing()}
        if form.is_valid():
            plan = plans.planned(lambda: self.submit(caller, form.row, form.values))
            values = {"is_asked": True, "plan": plan, **self.plan_values(caller, plan)}
        if is_by_htmx(request):
            return render(request, self.plan_template, values)
        return self._shown(request, caller, form, **values)

    def _shown(
        self,
        request: HttpRequest,
        caller: Caller,
        form: PortalForm,
        status: int = 200,
        template: str = "",
        **values: Any,
    ) -> HttpResponse:
        crumbs = [Crumb(self.parent_label, reverse(f"portal:{self.parent}"))]
        if form.row is not None and self.row_route:
            crumbs.append(Crumb(str(form.row), reverse(f"portal:{self.row_route}", args=[form.row.uuid])))
        _focus_first_fault(form)
        context = {
            "page_title": self.title.format(name=form.row) if form.row is not None else self.title,
            "crumbs": crumbs,
            "declared": self,
            "form": form,
            "back_url": crumbs[-1].url,
            **values,
        }
        return render(request, template or self.template, context, status=status)


def adding(
    detail: DetailPage,
    *,
    title: str,
    action: Action,
    form: type[PortalForm],
    submit: Submit,
    button: str,
    **options: Any,
) -> FormPage:
    """The form that makes a thing which has this page; the new thing's page comes next."""
    return FormPage(
        route=f"{detail.route}-add",
        path=f"{detail.path}add/",
        title=title,
        action=action,
        form=form,
        submit=submit,
        button=button,
        next=lambda result: detail.address(row_of(result)),
        parent=detail.parent,
        parent_label=detail.parent_label,
        **{"done": lambda result: f"{row_of(result)} is there.", **options},
    )


def editing(
    detail: DetailPage, *, action: Action, form: type[PortalForm], submit: Submit, **options: Any
) -> FormPage:
    """The form that changes a thing which has this page, and goes back there."""
    usual = {
        "title": "Edit {name}",
        "button": "Save",
        "done": lambda result: f"{row_of(result)} is saved.",
    }
    return about(detail, "edit", action=action, form=form, submit=submit, **{**usual, **options})


def about(detail: DetailPage, verb: str, **options: Any) -> FormPage:
    """A form about a thing which has this page: at its address, with the verb behind it. Where the service answers with
    the thing, its page comes next; anything may be said otherwise.
    """
    usual = {
        "route": f"{detail.route}-{verb}",
        "path": f"{detail.path}<uuid:uuid>/{verb}/",
        "next": lambda result: detail.address(row_of(result)),
        "parent": detail.parent,
        "parent_label": detail.parent_label,
        "row": detail.row,
        "row_route": detail.route,
    }
    return FormPage(**{**usual, **options})


def row_of(result: Any) -> Any:
    """The row of a service's answer, which may be the row alone, or the row and its job."""
    return result[0] if isinstance(result, tuple) else result


def _only_answers(chooser: PortalForm) -> dict[str, str]:
    """By name, the answer to each question that has only one."""
    offered = {name: list(getattr(field, "choices", ())) for name, field in chooser.fields.items()}
    return {name: choices[0][0] for name, choices in offered.items() if len(choices) == 1}


def _focus_first_fault(form: PortalForm) -> None:
    faulty = [name for name in form.fields if form.is_bound and name in form.errors]
    if faulty:
        form.fields[faulty[0]].widget.attrs["autofocus"] = True
