"""The house rules that a machine can check. Each says why, and brings a sample that it must catch and one that it
must not."""

import ast
import re
from dataclasses import dataclass
from typing import Any

DOORS = re.compile(r"(^|/)(api|clientapi|portal|admin)/|(^|/)admin\.py$|(^|/)tasks\.py$")
# What the REST house style keeps of requests themselves: their keys, and the version that an edit was made of.
HOUSE_STYLE = r"^cloudportal/api/(idempotency|etags)\.py$"


@dataclass(frozen=True)
class HouseRule:
    """`finds(tree, text)` gives the offending line numbers; `where` matches the paths that the rule is for."""

    name: str
    why: str
    finds: Any
    bad: str
    good: str
    where: str = r"."
    unless: str = r"^$"

    def covers(self, path):
        return bool(re.search(self.where, path)) and not re.search(self.unless, path)


def lines_with(pattern):
    compiled = re.compile(pattern)

    def find(tree, text):
        return [number for number, line in enumerate(text.splitlines(), 1) if compiled.search(line)]

    return find


def attribute(name):
    def find(tree, text):
        return [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr == name]

    return find


def call_of(*names):
    def find(tree, text):
        calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
        return [c.lineno for c in calls if ast.unparse(c.func) in names]

    return find


def keyword_is(name, value):
    def find(tree, text):
        calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
        return [
            c.lineno
            for c in calls
            for k in c.keywords
            if k.arg == name and isinstance(k.value, ast.Constant) and k.value.value is value
        ]

    return find


def swallowed(tree, text):
    handlers = [n for n in ast.walk(tree) if isinstance(n, ast.ExceptHandler)]
    is_broad = lambda h: h.type is None or ast.unparse(h.type) in {"Exception", "BaseException"}  # noqa: E731
    return [h.lineno for h in handlers if is_broad(h) and all(isinstance(n, ast.Pass) for n in h.body)]


def missing_docstrings(tree, text):
    found = [] if ast.get_docstring(tree) or not tree.body else [1]
    for node in tree.body:
        is_public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        if is_public and not ast.get_docstring(node):
            found.append(node.lineno)
    return found


def signals(tree, text):
    imports = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    flow = {"post_save", "pre_save", "post_delete", "pre_delete", "m2m_changed", "receiver", "post_migrate"}
    return [n.lineno for n in imports if {alias.name for alias in n.names} & flow]


def saves_with_effects(tree, text):
    methods = [f for c in ast.walk(tree) if isinstance(c, ast.ClassDef) for f in c.body]
    return [f.lineno for f in methods if isinstance(f, ast.FunctionDef) and f.name in {"save", "delete"}]


def dict_into_filter(tree, text):
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    spread = [
        c for c in calls if c.func.attr in {"filter", "exclude", "get"} and any(not k.arg for k in c.keywords)
    ]
    return [c.lineno for c in spread]


def empty_test(tree, text):
    tests = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")]
    asks = re.compile(r"\bassert\b|raises\(|assert_|wait_(for|until)\(|expect\(|check_|\.check\(")
    return [t.lineno for t in tests if not asks.search(ast.unparse(t))]


RULES = (
    HouseRule(
        "doors do not touch .objects",
        "A door that queries for itself is a way round the funnel.",
        attribute("objects"),
        bad="rows = Volume.objects.all()",
        good="rows = queries.volumes_for(caller)",
        where=DOORS.pattern,
        unless=HOUSE_STYLE,
    ),
    HouseRule(
        "doors do not open transactions",
        "A change is one service call; two in a door's transaction are a service that is missing.",
        call_of("transaction.atomic"),
        bad="with transaction.atomic():\n    pass",
        good="volumes.create(caller, values)",
        where=DOORS.pattern,
        unless=HOUSE_STYLE,
    ),
    HouseRule(
        "drivers are opened in one place per room",
        "Whoever opens a driver needs time limits, secrets and error tables; nobody else should have to.",
        call_of("open_driver", "registry.open_driver"),
        bad="driver = open_driver('compute', 'kvm', {})",
        good="driver = connections.compute_driver(host)",
        unless=r"(^|/)connections\.py$|drivers/",
    ),
    HouseRule(
        "no signals for domain flow",
        "What a change does must be readable in its service.",
        signals,
        bad="from django.db.models.signals import post_save",
        good="from django.db import models",
    ),
    HouseRule(
        "no effects in save()",
        "Rows are data; services change things.",
        saves_with_effects,
        bad="class Volume:\n    def save(self): pass",
        good="class Volume:\n    def name(self): pass",
        where=r"(^|/)models(/|\.py$)",
    ),
    HouseRule(
        "no exception is swallowed",
        "A fault that nobody hears of is found by the customer.",
        swallowed,
        bad="try:\n    go()\nexcept Exception:\n    pass",
        good="try:\n    go()\nexcept KeyError:\n    pass",
    ),
    HouseRule(
        "one clock",
        "Tests hold time still in one place.",
        call_of("timezone.now", "datetime.now", "datetime.utcnow", "datetime.datetime.now"),
        bad="at = timezone.now()",
        good="at = clock.now()",
        unless=r"core/clock\.py$|drivers/|^deploy/|^cloudportal/demo/",
    ),
    HouseRule(
        "no shell",
        "A shell turns a name into a command.",
        keyword_is("shell", True),
        bad="run('ls', shell=True)",
        good="run(['ls'])",
    ),
    HouseRule(
        "certificates are checked",
        "A check that is off in code stays off in production.",
        lines_with(r"verify\s*=\s*False|CERT_NONE|_create_unverified|OPT_X_TLS_NEVER|OPT_X_TLS_ALLOW\b"),
        bad="requests.get(url, verify=False)",
        good="requests.get(url, verify=ca_path)",
    ),
    HouseRule(
        "no dictionary is spread into a query",
        "Keys that come from outside choose columns and operators (CVE-2025-64459).",
        dict_into_filter,
        bad="rows.filter(**values)",
        good="rows.filter(name=values['name'])",
        where=r"(^|/)(api|clientapi|portal|services|queries)(/|\.py$)|admin\.py$",
    ),
    HouseRule(
        "nothing is printed",
        "Programs that run as services speak through the log.",
        call_of("print"),
        bad="print('here')",
        good="log.info('here')",
        unless=r"^deploy/|management/commands/|^cloudportal/demo/",
    ),
    HouseRule(
        "no eval, no exec, no pickle",
        "Input must not become code.",
        call_of("eval", "exec", "pickle.loads", "pickle.load"),
        bad="eval(rule)",
        good="parse(rule)",
    ),
    HouseRule(
        "every public name says what it promises",
        "A reader should not need the body to know what is true afterwards.",
        missing_docstrings,
        bad='"""Room."""\ndef go(): return 1',
        good='"""Room."""\ndef go():\n    """Goes."""',
    ),
    HouseRule(
        "nothing is left for later",
        "A note to do something is a thing not done.",
        lines_with(r"#.*\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError"),
        bad="# TODO: later",
        good="# Later rows win.",
    ),
    HouseRule(
        "the product speaks of the product alone",
        "No machine paths and no trackers.",
        lines_with(r"/work/|/root/|[Ii]ssue #?\d+"),
        bad="path = '/work/main'",
        good="path = BASE_DIR",
    ),
)

TEST_RULES = (
    HouseRule(
        "every test asks something",
        "A test that cannot fail proves nothing.",
        empty_test,
        bad="def test_it():\n    go()",
        good="def test_it():\n    assert go()",
    ),
    HouseRule(
        "tests are not skipped",
        "Only a kernel that lacks a feature may skip a test, through tests/support/kernel.py.",
        lines_with(r"pytest\.skip|mark\.skip|mark\.xfail|importorskip"),
        bad="pytest.skip('no libvirt')",
        good="assert libvirt_is_here()",
        unless=r"support/kernel\.py$|architecture/",
    ),
    HouseRule(
        "no assert True",
        "It cannot fail.",
        lines_with(r"^\s*assert (True|1)\s*$"),
        bad="assert True",
        good="assert answer is True",
        unless=r"architecture/",
    ),
)
