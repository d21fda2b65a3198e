"""The portal's door: a client that speaks for one user, and pages taken apart into elements."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.test import Client
from django.urls import reverse

from tenants.models import User

# Name of a thing as somebody would choose it who wants to be read as markup.
HOSTILE = "<script>alert('h')</script>\"'><img src=x onerror=alert(1)>"

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr", "use"}


@dataclass
class Element:
    """A tag with its attributes, its children, and the words in it."""

    tag: str
    attributes: dict = field(default_factory=dict)
    children: list = field(default_factory=list)

    def __getitem__(self, name):
        return self.attributes.get(name)

    @property
    def text(self):
        parts = [one if isinstance(one, str) else one.text for one in self.children]
        return " ".join("".join(f" {part}" for part in parts).split())

    @property
    def classes(self):
        return set((self["class"] or "").split())

    def walk(self):
        yield self
        for one in self.children:
            if isinstance(one, Element):
                yield from one.walk()

    def all(self, tag=None, **attributes):
        """Every element below with this tag and these attributes; `class_` matches one of its classes."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            one
            for one in self.walk()
            if (tag is None or one.tag == tag)
            and all(
                value in one.classes if name == "class" else one[name] == value
                for name, value in wanted.items()
            )
        ]

    def one(self, tag=None, **attributes):
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} × {tag} {attributes}"
        return found[0]


class _Builder(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = Element("document")
        self.open = [self.root]

    def handle_starttag(self, tag, attributes):
        element = Element(tag, {name: value if value is not None else "" for name, value in attributes})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attributes):
        self.open[-1].children.append(Element(tag, dict(attributes)))

    def handle_endtag(self, tag):
        names = [one.tag for one in self.open]
        if tag in names[1:]:
            del self.open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data):
        self.open[-1].children.append(data)


class Page(Element):
    """An answer of the portal."""

    def __init__(self, answer):
        builder = _Builder()
        self.source = answer.content.decode()
        builder.feed(self.source)
        super().__init__("document", {}, builder.root.children)
        self.answer = answer
        self.status = answer.status_code

    @property
    def title(self):
        return self.one("h1").text

    @property
    def links(self):
        return [one["href"] for one in self.all("a") if one["href"]]

    @property
    def notices(self):
        return [one.text for one in self.all(class_="notice")]

    def button(self, label):
        """The button, link or disabled button with this label, or None."""
        found = [one for one in self.all("button") + self.all("a") if one.text.startswith(label)]
        return found[0] if found else None

    def rows(self):
        """The lists' and tables' lines as lists of words."""
        lines = [one for one in self.all("tr") if one.all("th", scope="row")]
        return [[cell.text for cell in line.children if isinstance(cell, Element)] for line in lines]

    def field(self, name):
        return next(one for one in self.walk() if one["name"] == name and one.tag != "meta")


class PageClient:
    """A browser without scripts, signed in as a user."""

    def __init__(self, user=None):
        self.client = Client(raise_request_exception=False)
        if user is not None:
            found = user if isinstance(user, User) else User.objects.get(uuid=user.user_uuid)
            self.client.force_login(found, backend="tenants.authentication.LocalPasswords")

    def get(self, route, *arguments, **query):
        return self.open(reverse(f"portal:{route}", args=arguments), **query)

    def post(self, route, *arguments, **values):
        answer = self.client.post(reverse(f"portal:{route}", args=arguments), values)
        return Page(self._arrived(answer))

    def open(self, address, **query):
        return Page(self._arrived(self.client.get(address, query)))

    def ask(self, route, *arguments, **query):
        """The bare answer, without going where it leads."""
        return self.client.get(reverse(f"portal:{route}", args=arguments), query)

    def send(self, route, *arguments, **values):
        """The bare answer to a form."""
        return self.client.post(reverse(f"portal:{route}", args=arguments), values)

    def agree(self, route, *arguments, **options):
        """Opens the page that asks before a dangerous action, and presses its button."""
        asked = self.get(route, *arguments, **options)
        agreed = asked.all("input", name="agreed")
        return self.post(route, *arguments, **options, agreed=agreed[0]["value"] if agreed else "")

    def by_script(self, route, *arguments, **query):
        """The answer to htmx."""
        address = reverse(f"portal:{route}", args=arguments)
        return self.client.get(
            address, query, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/"}
        )

    def _arrived(self, answer):
        hops = 0
        while answer.status_code in (301, 302) and hops < 4:
            answer = self.client.get(answer["Location"])
            hops += 1
        return answer
