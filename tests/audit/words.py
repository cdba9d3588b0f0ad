"""Which words of the trail an action can write, read from the source.

Follows calls inside `disclosure.actions` from a function on, and collects every
string that has the form of a word of the trail.
"""

import ast
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import disclosure.actions

ROOT = Path(disclosure.actions.__file__).parent
_WORD = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")


@dataclass
class Module:
    """A file of actions: its functions, constants, and what it imports from others."""

    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    constants: dict[str, ast.expr] = field(default_factory=dict)
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)


@cache
def modules() -> dict[str, Module]:
    """Every file of actions by its name inside them, such as `paper.discs`."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): _module(path)
        for path in ROOT.rglob("*.py")
    }


def _module(path: Path) -> Module:
    module = Module()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            module.functions[node.name] = node
        elif isinstance(node, ast.ImportFrom):
            module.imported |= _imported(node)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            module.constants |= {node.target.id: node.value} if node.value else {}
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            module.constants[node.targets[0].id] = node.value
    return module


def _imported(node: ast.ImportFrom) -> dict[str, tuple[str, str]]:
    """What a statement imports from another file of actions."""
    package, _, name = (node.module or "").partition("disclosure.actions.")
    if package or not name:
        return {}
    return {alias.asname or alias.name: (name, alias.name) for alias in node.names}


def words_of(module: str, function: str) -> frozenset[str]:
    """The words that the function, and what it calls here, may write."""
    found: set[str] = set()
    waiting, seen = [(module, function)], set()
    while waiting:
        place = waiting.pop()
        if place in seen:
            continue
        seen.add(place)
        body = _body(*place)
        if body is None:
            continue
        for node in ast.walk(body):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} if _WORD.fullmatch(node.value) else set()
            elif isinstance(node, ast.Name):
                imported = modules()[place[0]].imported
                waiting.append(imported.get(node.id, (place[0], node.id)))
    return frozenset(found)


def words_given_to(module: str, function: str) -> frozenset[str]:
    """The words that the functions beside it hand to the function."""
    return frozenset(
        argument.value
        for caller in modules()[module].functions.values()
        for call in ast.walk(caller)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == function
        for argument in call.args
        if isinstance(argument, ast.Constant)
        and isinstance(argument.value, str)
        and _WORD.fullmatch(argument.value)
    )


def _body(module: str, name: str) -> ast.AST | None:
    known = modules().get(module)
    if known is None:
        return None
    return known.functions.get(name) or known.constants.get(name)
