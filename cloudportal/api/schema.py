"""How our views describe themselves."""

from drf_spectacular.openapi import AutoSchema


class PortalSchema(AutoSchema):
    """The stock schema, named our way."""
