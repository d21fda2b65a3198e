"""`?plan=1`: what a change would do, without doing it; `X-Plan`: do it only if it still would do just that."""

from collections.abc import Callable

from rest_framework.request import Request
from rest_framework.response import Response

from cloudportal.api.errors import body_of
from cloudportal.core import plans
from cloudportal.core.errors import InvalidInput

PARAMETER = "plan"
HEADER = "X-Plan"


def is_wanted(request: Request) -> bool:
    """True where the request asks for a plan. Raises InvalidInput for a word that is neither yes nor no."""
    word = request.query_params.get(PARAMETER, "0")
    if word not in {"0", "1"}:
        raise InvalidInput.of(PARAMETER, "Give 1 to see the plan, or leave it out.")
    return word == "1"


def describe(change: Callable[[], Response]) -> Response:
    """What the change would do. Nothing is changed."""
    plan = plans.planned(change)
    refusal = body_of(plan.refusal) if plan.refusal else None
    return Response(
        {"plan": {"effects": plan.effects, "refusal": refusal, "fingerprint": plan.fingerprint}}, status=200
    )


def as_agreed(request: Request, change: Callable[[], Response]) -> Response:
    """Carries the change out; where the request names a plan, only if that still holds (PlanChanged)."""
    fingerprint = request.headers.get(HEADER)
    return change() if fingerprint is None else plans.agreed(fingerprint, change)
