"""XML that goes out is escaped and capped; XML that comes in is not trusted."""

import pytest

from cloudportal.drivers.errors import InvalidSpec, Refused
from cloudportal.drivers.libvirtd import xml


def test_values_cannot_become_elements():
    root = xml.element("guest", {"name": "'><evil a=\""})
    xml.child(root, "title", text="</title><evil/>&amp;")

    written = xml.write(root)

    assert "<evil" not in written
    assert xml.read(written).findtext("title") == "</title><evil/>&amp;"
    assert xml.read(written).get("name") == "'><evil a=\""


def test_what_would_be_too_long_is_not_sent():
    root = xml.element("guest")
    xml.child(root, "title", text="x" * xml.LIMIT_BYTES)

    with pytest.raises(InvalidSpec):
        xml.write(root)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<open>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
        "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    ],
)
def test_what_is_no_plain_xml_is_refused(text):
    with pytest.raises(Refused):
        xml.read(text)


def test_a_missing_attribute_is_its_default():
    root = xml.read("<a><b c='d'/></a>")

    assert (
        xml.attribute(root, "b", "c"),
        xml.attribute(root, "b", "e"),
        xml.attribute(root, "x", "c", "f"),
    ) == (
        "d",
        "",
        "f",
    )
