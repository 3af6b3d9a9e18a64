"""Imports point down: architecture.md, "Layers"."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APP = "conversations"

# The longest prefix decides; a module that none names fails the test, so that whoever adds one
# says where it stands.
LAYERS = {
    # 0 pure: the standard library, httpx and msgspec
    "conversations.upstream": 0,
    "conversations.transcript": 0,
    # 1 records
    "conversations.database": 1,
    "conversations.models": 1,
    "conversations.bundled_model": 0,
    "conversations.socket": 4,
    "conversations.chat": 2,
    "conversations.accounts": 2,
    "conversations.usage": 2,
    "conversations.quotas": 2,
    # 2 domain: synchronous Django
    "conversations.access": 2,
    "conversations.quotas.concurrency": 2,
    "conversations.accounts.api_keys": 2,
    "conversations.audit": 2,
    "conversations.catalog": 2,
    "conversations.catalog.bulkhead": 3,
    "conversations.catalog.connections": 3,
    "conversations.catalog.listing": 3,
    "conversations.quotas.counters": 2,
    "conversations.accounts.first_run": 2,
    "conversations.generation.context": 2,
    "conversations.generation.failures": 2,
    "conversations.generation.lifecycle": 2,
    "conversations.generation.operations": 2,
    "conversations.generation.recovery": 2,
    "conversations.generation.log": 2,
    "conversations.generation.prompt": 2,
    "conversations.generation.revocation": 2,
    "conversations.quotas.amounts": 2,
    "conversations.usage.own": 2,
    "conversations.accounts.people": 2,
    "conversations.accounts.csv_import": 2,
    "conversations.quotas.state": 2,
    "conversations.quotas.reservation": 2,
    "conversations.refusal": 2,
    "conversations.quotas.settlement": 2,
    "conversations.sharing": 2,
    "conversations.admin.csv": 2,
    "conversations.quotas.status": 2,
    "conversations.database.threads": 2,
    "conversations.quotas.tokens": 2,
    "conversations.usage.reports": 2,
    # 3 running: may wait, may use Channels
    "conversations.generation": 3,
    "conversations.sharing.view_batching": 3,
    "conversations.chat.actions": 3,
    # 4 edges
    "conversations.admin": 4,
    "conversations.api": 4,
    "conversations.apps": 4,
    "conversations.accounts.forms": 4,
    "conversations.management": 4,
    "conversations.urls": 4,
    "conversations.views": 4,
}
PURE_PACKAGES = {"aiohttp", "httpx", "httpx_aiohttp", "msgspec", "xllamacpp"}


@cache
def modules() -> dict[str, Path]:
    """Every module of the application, by its dotted name."""
    found = {}
    for path in sorted((ROOT / APP).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if "migrations" not in parts and path.read_text(encoding="utf-8").strip():
            found[name] = path
    found.pop(APP, None)
    return found


def layer_of(name: str) -> int | None:
    """The layer of a module: that of the longest declared prefix of its name."""
    parts = name.split(".")
    prefixes = (".".join(parts[:length]) for length in range(len(parts), 1, -1))
    return next((LAYERS[prefix] for prefix in prefixes if prefix in LAYERS), None)


def imports_of(path: Path, name: str) -> set[str]:
    """The modules that a file imports, at its top or inside, by their absolute names."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= _imported_from(node, package)
    return found


def _imported_from(node: ast.ImportFrom, package: str) -> set[str]:
    base = node.module or ""
    if node.level:
        parts = package.split(".")
        base = ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [base])])
    known = modules()
    return {
        f"{base}.{alias.name}" if f"{base}.{alias.name}" in known else base for alias in node.names
    }


@pytest.mark.parametrize("name", modules())
def test_a_module_belongs_to_a_layer(name: str) -> None:
    assert layer_of(name) is not None, f"Say in LAYERS where {name} stands."


def test_each_layer_names_modules_that_there_are() -> None:
    known = {prefix for name in modules() for prefix in _prefixes(name)}
    assert LAYERS.keys() - known == set()


def _prefixes(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]


@pytest.mark.parametrize(("name", "path"), modules().items())
def test_a_module_imports_only_from_its_own_layer_and_below(name: str, path: Path) -> None:
    own = layer_of(name)
    above = {
        imported
        for imported in imports_of(path, name)
        if imported.startswith(f"{APP}.") and (layer_of(imported) or 0) > (own or 0)
    }
    assert above == set()


@pytest.mark.parametrize(("name", "path"), modules().items())
def test_records_are_imported_from_one_place(name: str, path: Path) -> None:
    within = f"{APP}.models."
    deep = {imported for imported in imports_of(path, name) if imported.startswith(within)}
    assert name.startswith(f"{APP}.models") or deep == set()


@pytest.mark.parametrize(
    ("name", "path"), [item for item in modules().items() if layer_of(item[0]) == 0]
)
def test_a_pure_module_needs_no_framework(name: str, path: Path) -> None:
    import sys

    foreign = {
        imported
        for imported in imports_of(path, name)
        if not imported.startswith(f"{APP}.")
        and imported.partition(".")[0] not in {*sys.stdlib_module_names, *PURE_PACKAGES}
    }
    assert foreign == set()
