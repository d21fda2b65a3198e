"""`Idempotency-Key`: the same create, sent twice, is carried out once and answered twice."""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from cloudportal.api.models import IdempotencyKey
from cloudportal.api.refusals import KeyReused
from cloudportal.core import clock
from cloudportal.core.caller import Caller
from cloudportal.core.errors import InvalidInput

HEADER = "Idempotency-Key"
REMEMBERED = timedelta(hours=24)
_KEY = re.compile(r"[!-~]{1,100}")
_KEPT_HEADERS = ("Location", "ETag")


class _AlreadyThere(Exception):
    """Another request with this key has come first."""


def once(
    request: Request, caller: Caller, change: Callable[[], Response], *, told_once: Sequence[str] = ()
) -> Response:
    """The answer of the change, or the remembered answer where this key has been carried out within a day; then the
    fields that are `told_once` are null.

    Key and change are one transaction: a second request with the key waits for the first, and after a refusal
    the key is free again. Raises KeyReused when the key came with another request.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return change()
    if not _KEY.fullmatch(key):
        raise InvalidInput.of(HEADER, "Use 1 to 100 visible ASCII characters, best a fresh uuid.")
    mark = IdempotencyKey(key=key, caller=_name_of(caller), request_hash=_hash_of(request))
    try:
        with transaction.atomic():
            _claim(mark)
            return _remember(mark, change(), told_once)
    except _AlreadyThere:
        return _recall(mark)


def _claim(mark: IdempotencyKey) -> None:
    # Old keys go when their caller makes new ones, so the table needs no sweeping.
    IdempotencyKey.objects.filter(caller=mark.caller, created_at__lt=clock.now() - REMEMBERED).delete()
    try:
        with transaction.atomic():
            mark.save(force_insert=True)
    except IntegrityError as error:
        raise _AlreadyThere from error


def _remember(mark: IdempotencyKey, response: Response, told_once: Sequence[str]) -> Response:
    mark.status = response.status_code
    mark.headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
    kept = {name: None if name in told_once else value for name, value in response.data.items()}
    mark.answer = json.dumps(kept, cls=JSONEncoder)
    mark.save(update_fields=["status", "headers", "answer"])
    return response


def _recall(mark: IdempotencyKey) -> Response:
    kept = IdempotencyKey.objects.get(caller=mark.caller, key=mark.key)
    if kept.request_hash != mark.request_hash:
        raise KeyReused()
    headers = {**kept.headers, "Idempotency-Replayed": "true"}
    return Response(json.loads(kept.answer.reveal()), status=kept.status, headers=headers)


def _name_of(caller: Caller) -> str:
    return f"{caller.user_uuid}/{caller.project_uuid or ''}"


def _hash_of(request: Request) -> str:
    text = json.dumps([request.method, request.path, request.data], sort_keys=True, default=str)
    # Keyed: passwords may be among the values, and a bare hash could be searched for them by whoever reads the table.
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
