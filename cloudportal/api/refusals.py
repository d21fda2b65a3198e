"""Refusals that belong to the REST door alone: what was sent could not be read, or not yet, or not again."""

from cloudportal.core.errors import Conflict, PortalError


class Unreadable(PortalError):
    """The body is not the JSON that was announced."""

    code = "unreadable"
    status = 400
    sentence = "The body could not be read as JSON. {reason}"


class TooLarge(PortalError):
    """The body is longer than this door takes."""

    code = "too-large"
    status = 413
    sentence = "The body is longer than {most_bytes} bytes. Send less at once."


class UnknownParameter(PortalError):
    """A query parameter that the address does not have; ignoring it could widen what was asked for."""

    code = "unknown-parameter"
    status = 400
    sentence = "There is no parameter “{name}” here. There are: {known}."


class KeyReused(PortalError):
    """An Idempotency-Key came with another request than the one it was first used for."""

    code = "idempotency-key-reused"
    status = 422
    sentence = (
        "This Idempotency-Key belongs to another request. Make a new key for each thing that you create."
    )


class NotComparable(PortalError):
    """If-Match was sent where there is nothing to compare."""

    code = "not-comparable"
    status = 400
    sentence = "If-Match has no meaning here, because nothing is edited. Leave it out."


class TryAgain(Conflict):
    """The database chose this transaction to give way; nothing was changed."""

    code = "try-again"
    status = 503
    sentence = "The portal was too busy and has changed nothing. Try again in a moment."
