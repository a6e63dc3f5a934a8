"""Which modules of the package a lesson comes to run: what its cells name, and what that imports.

A lesson is executed again when one of these changes, so what is counted decides how long a build
takes: a figure that one lesson draws is no reason to execute the others. A folder whose
`__init__.py` hands on what its modules have is a shelf: `plotting.digits` reaches the module that
has `digits`, and no other one of the shelf. Where a text does not tell which one, all are reached.
"""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

_ROOT = "fl_course"
# The first cell's call, and the engine, whose modules are named in texts only.
_ALWAYS = (_ROOT, f"{_ROOT}.runtime")


def modules_reached(package: Path, code: str, slug: str) -> set[str]:
    """The files of the package that a lesson comes to run.

    Args:
        package: Folder of the `fl_course` package.
        code: The code of the lesson's cells, as Python reads it.
        slug: The lesson's slug, whose exercises are reached.

    Returns:
        Paths of Python files relative to `package`, with slashes.
    """
    files = {_name(path, package): path for path in sorted(package.rglob("*.py"))}
    packages = {name for name, path in files.items() if path.name == "__init__.py"}

    def read(module: str) -> tuple[dict[str, str], tuple[str, ...]]:
        folder = module if module in packages else module.rpartition(".")[0]
        return _read(files[module].read_bytes(), folder)

    def modules_of(target: str) -> Iterator[str]:
        module = target
        while module not in files:
            module = module.rpartition(".")[0]
        name = target[len(module) + 1 :].partition(".")[0]
        if module not in packages or module == _ROOT:
            yield module
        elif origin := read(module)[0].get(name):
            yield from modules_of(origin)
        else:
            yield from (file for file in files if f"{file}.".startswith(f"{module}."))

    waiting = [*_ALWAYS, *_read(code.encode(), _ROOT)[1]]
    if f"{_ROOT}.exercises.{slug}" in files:
        waiting.append(f"{_ROOT}.exercises.{slug}")
    reached: set[str] = set()
    while waiting:
        for module in modules_of(waiting.pop()):
            if module not in reached:
                reached.add(module)
                waiting.extend(read(module)[1])
    return {files[module].relative_to(package).as_posix() for module in reached}


def _name(path: Path, package: Path) -> str:
    parts = path.relative_to(package).with_suffix("").parts
    return ".".join((_ROOT, *(parts[:-1] if parts[-1] == "__init__" else parts)))


@functools.cache
def _read(content: bytes, folder: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """What a text imports from the package, by the name it gets, and the dotted names it uses.

    Args:
        content: The text.
        folder: Dotted name of the package that it is in.
    """
    tree = ast.parse(content)
    bound: dict[str, str] = {}
    used = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                used.add(alias.name)
                bound[alias.asname or _ROOT] = alias.name if alias.asname else _ROOT
        elif isinstance(node, ast.ImportFrom):
            parents = folder.split(".")[: len(folder.split(".")) - node.level + 1]
            module = [*(parents if node.level else ()), *filter(None, [node.module])]
            for alias in node.names:
                bound[alias.asname or alias.name] = ".".join([*module, alias.name])
    attributes: dict[str, set[str]] = {}
    in_attributes = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            attributes.setdefault(node.value.id, set()).add(node.attr)
            in_attributes.add(node.value)
    alone = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node not in in_attributes
    }
    for name, target in bound.items():
        if name in attributes and (name not in alone or target == _ROOT):
            used |= {f"{target}.{attribute}" for attribute in attributes[name]}
        else:
            used.add(target)
    ours = {name: target for name, target in bound.items() if _is_ours(target)}
    return ours, tuple(sorted(filter(_is_ours, used - {_ROOT})))


def _is_ours(target: str) -> bool:
    return target.partition(".")[0] == _ROOT
