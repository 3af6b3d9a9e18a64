"""Functions and classes that the API can reach, found in the sources by the names that they use."""

import ast
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

APP = "conversations"
# A top-level function or class: its module and its name.
Definition = tuple[str, str]


@cache
def _tree(module: str) -> ast.Module | None:
    """The source of a module of the application; None for any other name."""
    if not module.startswith(APP):
        return None
    try:
        spec = find_spec(module)
    except ModuleNotFoundError:
        return None
    return ast.parse(Path(spec.origin).read_text()) if spec and spec.origin else None


@cache
def _definitions(module: str) -> dict[str, ast.stmt]:
    tree = _tree(module)
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name: node for node in tree.body if isinstance(node, kinds)} if tree else {}


@cache
def _imports(module: str) -> dict[str, tuple[str, str]]:
    """The module and the name that each imported name stands for."""
    tree = _tree(module)
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in (ast.walk(tree) if tree else ())
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _resolved(module: str, name: str) -> Iterator[Definition]:
    """The definition that a name stands for in a module; packages may pass a name on."""
    if name in _definitions(module):
        yield module, name
    elif name in _imports(module):
        yield from _resolved(*_imports(module)[name])


def _used(module: str, node: ast.AST) -> Iterator[Definition]:
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            yield from _resolved(module, each.id)
        elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name):
            package, name = _imports(module).get(each.value.id, ("", ""))
            yield from _resolved(f"{package}.{name}", each.attr)


def reachable_from(modules: list[str]) -> dict[Definition, ast.stmt]:
    """All that the functions and classes of these modules use, and what those use in turn."""
    waiting = [(module, name) for module in modules for name in _definitions(module)]
    found: dict[Definition, ast.stmt] = {}
    while waiting:
        module, name = waiting.pop()
        if (module, name) not in found:
            node = found[module, name] = _definitions(module)[name]
            waiting += _used(module, node)
    return found


def codes_raised(definitions: dict[Definition, ast.stmt], error: str, argument: int) -> set[str]:
    """The texts that stand at that place where the error is made."""
    return {
        call.args[argument].value
        for node in definitions.values()
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == error
        and isinstance(call.args[argument], ast.Constant)
    }
