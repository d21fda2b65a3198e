"""Which function of the product calls which, as far as the source says it by name."""

import ast
from dataclasses import dataclass, field
from functools import cache

from tests.architecture.sources import files_of_product, name_of, tree_of


@dataclass
class Function:
    """A function or a method's body: its arguments, and every call in it, as written and as it resolves."""

    module: str
    name: str
    arguments: list = field(default_factory=list)
    calls: list = field(default_factory=list)
    targets: set = field(default_factory=set)


def module_of(path):
    """`tenants/services/users.py` → `tenants.services.users`."""
    return name_of(path).removesuffix(".py").replace("/", ".").removesuffix(".__init__")


@cache
def functions():
    """Every function of the product by module and name; methods are called `Class.method`."""
    return {(one.module, one.name): one for path in files_of_product() for one in _functions_of(path)}


def _functions_of(path):
    tree, module = tree_of(path), module_of(path)
    imports = _imports(tree)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield _function(module, node.name, node, imports)
        elif isinstance(node, ast.ClassDef):
            for inner in [one for one in node.body if isinstance(one, ast.FunctionDef)]:
                yield _function(module, f"{node.name}.{inner.name}", inner, imports)


def _imports(tree):
    """What each name of the module stands for: (module, attribute), or (module, "") for a module."""
    found = {}
    for node in [one for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)]:
        for alias in node.names:
            found[alias.asname or alias.name] = (node.module, alias.name)
    return found


def _function(module, name, node, imports):
    calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
    targets = {_target(module, one.func, imports) for one in calls}
    arguments = [one.arg for one in node.args.args]
    return Function(module, name, arguments, calls, targets - {None})


def _target(module, called, imports):
    if isinstance(called, ast.Name):
        return imports.get(called.id, (module, called.id))
    if (
        isinstance(called, ast.Attribute)
        and isinstance(called.value, ast.Name)
        and called.value.id in imports
    ):
        package, name = imports[called.value.id]
        return f"{package}.{name}", called.attr
    return None


@cache
def defined(name):
    """The function that a resolved name means, through packages that only hand it on; None for what is not ours."""
    module, attribute = name
    if name in functions():
        return name
    for path in files_of_product():
        if module_of(path) == module and path.name == "__init__.py":
            handed_on = _imports(tree_of(path)).get(attribute)
            return defined(handed_on) if handed_on and handed_on != name else None
    return None


@cache
def reached(name):
    """Every function that is called by this one, directly or through others, itself among them."""
    found, waiting = set(), [name]
    while waiting:
        at = defined(waiting.pop())
        if at is not None and at not in found:
            found.add(at)
            waiting.extend(functions()[at].targets)
    return found


def calls_within(name):
    """Every call that is made by the function, directly or through others."""
    return [call for one in reached(name) for call in functions()[one].calls]
