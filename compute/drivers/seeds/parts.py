"""Texts for cloud-init put together, each as a part of its own (MIME), whatever kind of text it is."""

from __future__ import annotations

import email
import hashlib
from collections.abc import Sequence
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

BOOTHOOK = "#cloud-boothook"
# cloud-init's own table (cloudinit.handlers.INCLUSION_TYPES_MAP): it tells what a text is by how it begins. Whatever
# is not here goes as plain text, and cloud-init looks for itself.
KINDS = {
    BOOTHOOK: "cloud-boothook",
    "#cloud-config-archive": "cloud-config-archive",
    "#cloud-config": "cloud-config",
    "#!": "x-shellscript",
    "#include-once": "x-include-once-url",
    "#include": "x-include-url",
    "#part-handler": "part-handler",
    "## template: jinja": "jinja2",
}
HEADERS = ("content-type:", "mime-version:", "from ")


def combined(texts: Sequence[str]) -> str:
    """The texts as one: itself where there is one, else a multi-part text in their order. Empty ones are left out."""
    kept = [text for text in texts if text.strip()]
    if len(kept) < 2:
        return kept[0] if kept else ""
    # Found in none of the parts, and the same for the same parts.
    boundary = hashlib.sha256("\0".join(kept).encode()).hexdigest()
    whole = MIMEMultipart(boundary=f"==={boundary}==")
    for text in kept:
        whole.attach(_part(text))
    return whole.as_string()


def is_multipart(text: str) -> bool:
    """True where the text is a message with parts of its own."""
    return text.lower().startswith(HEADERS)


def _part(text: str) -> Message:
    if is_multipart(text):
        return email.message_from_string(text)
    kind = next((kind for mark, kind in KINDS.items() if text.startswith(mark)), "plain")
    # As UTF-8, which MIMEText sends in base64: lines in it may be as long as they like, and none ends a part.
    return MIMEText(text, kind, "utf-8")
