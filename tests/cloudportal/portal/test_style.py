"""Style sheets, icons and colours: small, complete, and readable in light and dark."""

import re
from itertools import product
from xml.etree import ElementTree

import pytest
from django.conf import settings

STATIC = settings.BASE_DIR / "static"
TEMPLATES = settings.BASE_DIR / "templates"
TEXT_ON = {
    "text": ("page", "raised", "sunken", "accent-tint", "good-tint", "care-tint", "bad-tint", "idle-tint"),
    "quiet": ("page", "raised", "sunken"),
    "link": ("page", "raised", "accent-tint"),
    "on-accent": ("accent", "accent-hover"),
    "good": ("good-tint", "raised"),
    "busy": ("busy-tint", "raised"),
    "idle": ("idle-tint",),
    "care": ("care-tint", "raised"),
    "bad": ("bad-tint", "raised"),
}
SHAPES_ON = {"line-strong": ("raised", "page"), "focus": ("page", "raised"), "accent": ("sunken",)}


def tokens_of(*paths):
    """By name, the light and the dark value of every colour, later files over earlier ones."""
    text = "".join(path.read_text() for path in paths)
    pairs = re.findall(r"--([a-z-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)", text)
    single = re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6});", text)
    return {**{name: (value, value) for name, value in single}, **{name: (a, b) for name, a, b in pairs}}


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def themes():
    default = STATIC / "css" / "tokens.css"
    yield pytest.param((default,), id="default")
    for path in sorted((STATIC / "themes").glob("*/tokens.css")):
        yield pytest.param((default, path), id=path.parent.name)


@pytest.mark.parametrize("paths", list(themes()))
@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_words_can_be_read_on_whatever_they_stand_on(paths, mode):
    tokens = tokens_of(*paths)
    pairs = [(front, back) for front, backs in TEXT_ON.items() for back in backs]
    weak = {
        pair: round(contrast(tokens[pair[0]][mode], tokens[pair[1]][mode]), 2)
        for pair in pairs
        if contrast(tokens[pair[0]][mode], tokens[pair[1]][mode]) < 4.5
    }
    assert not weak


@pytest.mark.parametrize("paths", list(themes()))
@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_edges_of_fields_and_focus_can_be_seen(paths, mode):
    tokens = tokens_of(*paths)
    pairs = [(front, back) for front, backs in SHAPES_ON.items() for back in backs]
    weak = {
        pair: round(contrast(tokens[pair[0]][mode], tokens[pair[1]][mode]), 2)
        for pair in pairs
        if contrast(tokens[pair[0]][mode], tokens[pair[1]][mode]) < 3
    }
    assert not weak


def test_no_style_sheet_is_longer_than_400_lines():
    long = [path.name for path in STATIC.glob("css/*.css") if len(path.read_text().splitlines()) > 400]
    assert list(STATIC.glob("css/*.css"))
    assert not long


def test_style_sheets_name_colours_by_their_tokens():
    plain = re.compile(r":\s*#[0-9a-f]{3,8}\b|rgb\(")
    allowed = {"tokens.css"}
    found = [
        f"{path.name}: {line.strip()}"
        for path in STATIC.glob("css/*.css")
        if path.name not in allowed
        for line in path.read_text().splitlines()
        if plain.search(line)
        and "light-dark" not in line
        and "color: #fff" not in line
        and "backdrop" not in line
    ]
    assert not found


def test_every_token_that_is_used_is_there():
    used = {
        name
        for path in [*STATIC.glob("css/*.css"), *STATIC.glob("themes/*/*.css")]
        for name in re.findall(r"var\(--([a-z-]+)\)", path.read_text())
    }
    known = set(re.findall(r"--([a-z-]+):", (STATIC / "css" / "tokens.css").read_text()))
    assert used <= known


def test_nothing_is_fetched_from_elsewhere():
    folders = (
        STATIC.glob("css/*.css"),
        STATIC.glob("js/*.js"),
        STATIC.glob("themes/*/*"),
        TEMPLATES.rglob("*.html"),
    )
    foreign = re.compile(r"(https?:)?//(?!www\.w3\.org)[a-z]")
    assert not [path.name for paths in folders for path in paths if foreign.search(path.read_text())]


def icon_names():
    tree = ElementTree.parse(STATIC / "icons.svg")  # noqa: S314 - our own file
    return {one.get("id") for one in tree.getroot()}


def used_icons():
    packages = ("cloudportal", "tenants", "compute", "storage", "networking", "usage")
    code = "".join(
        path.read_text() for name in packages for path in (settings.BASE_DIR / name).glob("**/portal/**/*.py")
    )
    pages = "".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    return set(re.findall(r'icon="([a-z-]+)"', code)) | set(re.findall(r'{% icon "([a-z-]+)"', pages))


def test_every_icon_that_is_used_is_in_the_sprite():
    assert len(used_icons()) > 20
    assert used_icons() <= icon_names()


def test_every_tone_has_its_icon_and_its_colours():
    sheet = (STATIC / "css" / "components.css").read_text()
    for tone, kind in product(("good", "busy", "idle", "care", "bad"), ("icon", "colour")):
        assert {"icon": f"tone-{tone}" in icon_names(), "colour": f".state-{tone} {{" in sheet}[kind]
