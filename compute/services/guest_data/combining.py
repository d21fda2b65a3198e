"""Two texts of user data in one, as cloud-init takes them: a MIME message of several parts, each by itself."""

import hashlib
from email import message_from_string
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

# How the first line says what a text is: cloud-init's own list (user-data formats).
TYPES = {
    "#!": "x-shellscript",
    "#cloud-config-archive": "cloud-config-archive",
    "#cloud-config": "cloud-config",
    "#cloud-boothook": "cloud-boothook",
    "#include-once": "x-include-once-url",
    "#include": "x-include-url",
    "#part-handler": "part-handler",
    "## template: jinja": "jinja2",
}
# Lists of both are kept, the first text's first; where both say something else, the first one's stands.
MERGING = "list(append)+dict(no_replace,recurse_list)+str()"


def combined(first: str, second: str) -> str:
    """The texts as one; the same two give the same, to the byte."""
    digest = hashlib.sha256(f"{first}\0{second}".encode()).hexdigest()
    whole = MIMEMultipart(boundary=f"part-{digest[:40]}")
    for text in (first, second):
        for part in _parts(text):
            whole.attach(part)
    return whole.as_string()


def _parts(text: str) -> list[Message]:
    if text.lower().startswith(("content-type:", "mime-version:")):
        message = message_from_string(text)
        if message.is_multipart():
            return [one for one in message.get_payload() if isinstance(one, Message)]
    # What cloud-init does not know by its first line it looks at itself.
    subtype = next((kind for start, kind in TYPES.items() if text.startswith(start)), "plain")
    part = MIMEText(text, subtype, "utf-8")
    if subtype == "cloud-config":
        part["Merge-Type"] = MERGING
    return [part]
