"""Building and reading libvirt's XML: values are always escaped, sizes are capped, and a host's XML is not
trusted.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring

from defusedxml.ElementTree import fromstring

from cloudportal.drivers.errors import InvalidSpec, Refused

# A guest of ours takes about 4 KiB. libvirt parses XML before it checks who may send it (CVE-2025-12748).
LIMIT_BYTES = 256 * 1024


def element(tag: str, attributes: dict[str, str] | None = None, text: str | None = None) -> Element:
    """A new element."""
    made = Element(tag, attributes or {})
    made.text = text
    return made


def child(
    parent: Element, tag: str, attributes: dict[str, str] | None = None, text: str | None = None
) -> Element:
    """A new element inside another."""
    made = SubElement(parent, tag, attributes or {})
    made.text = text
    return made


def write(root: Element, *, limit_bytes: int = LIMIT_BYTES) -> str:
    """The XML's text; raises InvalidSpec when it is too long."""
    text = tostring(root, encoding="unicode")
    if len(text.encode("utf-8", "replace")) > limit_bytes:
        raise InvalidSpec(detail=f"the XML would be longer than {limit_bytes} bytes")
    return text


def read(text: str) -> Element:
    """The root of what a host sent; raises Refused when it is no plain XML."""
    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except (ValueError, SyntaxError) as fault:
        raise Refused(detail=f"the host sent XML that cannot be read: {type(fault).__name__}") from fault
    return root


def attribute(parent: Element, path: str, name: str, default: str = "") -> str:
    """An attribute of the first element at the path, or the default."""
    found = parent.find(path)
    return default if found is None else found.get(name, default)
