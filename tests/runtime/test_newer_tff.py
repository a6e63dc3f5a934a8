"""What docs/newer-tff.md says the engine takes from inside TFF is what the code takes."""

import ast
import pathlib
import re

ROOT = pathlib.Path(__file__).parent.parent.parent
PACKAGE = "tensorflow_federated."
# They name modules of TFF that are for others: what learners wrote, or is to be said to them.
TALK = ("runtime/api_changes.py", "runtime/newer_names.py", "runtime/old_names.py")


def modules_taken(path):
    """The modules inside TFF that a file of ours imports or names, without the package's name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        named = []
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
            # `from module import Class` takes the module, `from package import module` that one.
            named = [
                node.module if one.name[0].isupper() else f"{node.module}.{one.name}"
                for one in node.names
            ]
        elif isinstance(node, ast.Import):
            named = [one.name for one in node.names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            named = [node.value]
        yield from (
            name.removeprefix(PACKAGE)
            for name in named
            if re.fullmatch(rf"{re.escape(PACKAGE)}(python|proto)[\w.]*", name)
        )


def listed():
    rows = re.findall(
        r"^\| `([\w/]+\.py)` \| (.*?) \|", (ROOT / "docs" / "newer-tff.md").read_text("utf-8"), re.M
    )
    return {file: set(re.findall(r"`((?:python|proto)[\w.]+)`", taken)) for file, taken in rows}


def test_document_lists_what_the_engine_takes_from_inside_tff():
    taken = {}
    for path in (ROOT / "fl_course").rglob("*.py"):
        file = path.relative_to(ROOT / "fl_course").as_posix()
        if file not in TALK and (modules := set(modules_taken(path))):
            taken[file] = modules
    assert "runtime/exchanges.py" in taken
    assert {file: modules for file, modules in listed().items() if modules} == taken


def test_document_names_files_that_exist():
    assert all((ROOT / "fl_course" / file).is_file() for file in listed())
