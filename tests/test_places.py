"""The doors to the course: Binder, the dev container, and what docs/places.md tells about them.

None of these places can be run here. What can be checked is that everything they name exists:
files, commands, Pythons, addresses, sections.
"""

import itertools
import json
import os
import pathlib
import re
import subprocess
import tomllib
import urllib.parse

import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from packaging.specifiers import SpecifierSet

from fl_course import cli
from fl_course.authoring.course import read_course

ROOT = pathlib.Path(__file__).parent.parent
COURSE = read_course(ROOT)
PYTHONS = SpecifierSet(
    tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
)
PLACES = ROOT / "docs" / "places.md"

POST_BUILD = ROOT / "postBuild"
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text())

FOLDER = ROOT / ".devcontainer"
CONTAINER = json.loads((FOLDER / "devcontainer.json").read_text())
DOCKERFILE = (FOLDER / "Dockerfile").read_text().replace("\\\n", " ")
# The lifecycle commands of the dev container specification, in the order in which they run.
LIFECYCLE = (
    "initializeCommand",
    "onCreateCommand",
    "updateContentCommand",
    "postCreateCommand",
    "postStartCommand",
    "postAttachCommand",
)


def make_targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text()
    return set(re.findall(r"^([a-z][a-z-]*):", makefile, flags=re.MULTILINE))


def without_comment(line: str) -> str:
    return re.sub(r"(^|\s)#.*", "", line).strip()


def problems_of(command: str) -> list[str]:
    """What a line for the shell names of ours that does not exist: targets, subcommands, files."""
    problems = []
    words = without_comment(command).split()
    while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):  # variables set for one command
        words.pop(0)
    if words[:1] == ["make"]:
        targets = [word for word in words[1:] if "=" not in word]
        problems += [f"make {target}" for target in targets if target not in make_targets()]
    elif words and pathlib.PurePath(words[0]).name == "fl-course":
        named = [word for word in words[1:] if not word.startswith("-")][:1]
        problems += [f"fl-course {name}" for name in named if name not in cli.main.commands]
    for flag, file in itertools.pairwise(words):
        if flag in ("-f", "-r", "sh", "bash") and not (ROOT / file).is_file():
            problems.append(f"{command}: {file}")
    return problems


def image_of(dockerfile: str) -> str:
    (image,) = re.findall(r"^FROM\s+(\S+)", dockerfile, flags=re.MULTILINE)
    return image


# Binder


def test_post_build_is_a_program_that_bash_can_read():
    assert os.access(POST_BUILD, os.X_OK)
    mode = ["git", "ls-files", "--stage", POST_BUILD.name]
    if (ROOT / ".git").exists():
        listed = subprocess.run(mode, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        assert listed.startswith("100755"), "git update-index --chmod=+x postBuild"
    assert POST_BUILD.read_text().startswith("#!/bin/bash\n")
    check = subprocess.run(["bash", "-n", POST_BUILD], capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stderr


def test_post_build_adds_what_the_environment_leaves_out_and_stops_at_an_error():
    lines = [without_comment(line) for line in POST_BUILD.read_text().splitlines()]
    commands = [line for line in lines if line]
    assert [problem for line in commands for problem in problems_of(line)] == []
    assert commands[0] == "set -euo pipefail"
    assert commands[-1] == "fl-course setup"  # its exit code is the build's


def test_binder_takes_the_environment_and_nothing_else():
    # Each of these comes before environment.yml when repo2docker looks for what to build from.
    before = ["binder", ".binder", "Dockerfile", "default.nix", "Project.toml", "JuliaProject.toml"]
    before += ["REQUIRE", "runtime.txt", "install.R", "DESCRIPTION"]
    assert [name for name in before if (ROOT / name).exists()] == []


def test_environment_holds_a_supported_python_the_course_and_a_kernel():
    dependencies = ENVIRONMENT["dependencies"]
    (python,) = [d for d in dependencies if isinstance(d, str) and d.startswith("python=")]
    # repo2docker reads the version with this expression, and takes an old default if it fits not.
    version = re.match(r"python\s*=+\s*([\d\.]*)", python)[1]
    assert re.fullmatch(r"\d+\.\d+", version)
    assert PYTHONS.contains(f"{version}.0")
    (pip,) = [d["pip"] for d in dependencies if isinstance(d, dict)]
    assert pip[0] == "-e ."
    assert {"ipykernel", "jupyterlab"} <= {line.split("==")[0] for line in pip}
    assert "pip" in dependencies
    assert "make" in dependencies


# The dev container


def test_container_has_only_fields_of_the_specification():
    known = {
        *("name", "build", "runArgs", "init", "remoteUser", "hostRequirements", "forwardPorts"),
        *("portsAttributes", "customizations", *LIFECYCLE),
    }
    assert set(CONTAINER) <= known
    assert set(CONTAINER["build"]) <= {"dockerfile", "context", "options", "args", "target"}
    assert isinstance(CONTAINER["init"], bool)
    needs = CONTAINER["hostRequirements"]
    assert set(needs) <= {"cpus", "memory", "storage", "gpu"}
    assert isinstance(needs["cpus"], int)
    for amount in (needs["memory"], needs["storage"]):
        assert re.fullmatch(r"\d+([tgmk]b)?", amount)
    for attributes in CONTAINER["portsAttributes"].values():
        assert set(attributes) <= {"label", "onAutoForward", "protocol", "requireLocalPort"}
        assert attributes["onAutoForward"] in {"notify", "openBrowser", "silent", "ignore"}


def test_container_is_built_and_run_for_the_processor_that_tff_needs():
    assert "--platform=linux/amd64" in CONTAINER["build"]["options"]
    assert "--platform=linux/amd64" in CONTAINER["runArgs"]


def test_image_has_a_supported_python_and_names_no_registry():
    assert (FOLDER / CONTAINER["build"]["dockerfile"]).is_file()
    image = image_of(DOCKERFILE)
    version = re.fullmatch(r"python:(\d+\.\d+)-slim-[a-z]+", image)
    assert version, f"{image} is not an official Python image"
    assert PYTHONS.contains(f"{version[1]}.0")


def test_image_has_what_the_set_up_and_the_editor_call():
    installed = re.search(r"apt-get install ([^&]*)", DOCKERFILE)[1].split()
    assert {"git", "make"} <= set(installed)


def test_container_runs_as_a_user_that_the_image_makes():
    (made,) = re.findall(r"useradd .*?(\S+)\n", DOCKERFILE)
    users = re.findall(r"^USER (\S+)", DOCKERFILE, flags=re.MULTILINE)
    assert users == [made] == [CONTAINER["remoteUser"]]
    assert made != "root"


def test_container_sets_the_course_up_before_the_editor_opens():
    commands = {name: CONTAINER[name] for name in LIFECYCLE if name in CONTAINER}
    assert [p for command in commands.values() for p in problems_of(command)] == []
    # An editor waits for this one, not for postCreateCommand; without .venv there is no kernel.
    assert commands["updateContentCommand"] == "make setup"


def test_editor_uses_the_environment_that_the_set_up_makes():
    venv = re.search(r"^VENV \?= (\S+)", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)[1]
    editor = CONTAINER["customizations"]["vscode"]
    interpreter = editor["settings"]["python.defaultInterpreterPath"]
    assert interpreter == f"${{workspaceFolder}}/{venv}/bin/python"
    assert {"ms-python.python", "ms-toolsai.jupyter"} <= set(editor["extensions"])


def test_container_forwards_the_ports_it_describes():
    described = CONTAINER["portsAttributes"]
    assert sorted(map(str, CONTAINER["forwardPorts"])) == sorted(described)
    assert {a["label"] for a in described.values()} == {"JupyterLab", "TensorBoard"}


# What is written about them

DOCUMENTS = [PLACES, ROOT / "README.md"]
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def flat(tokens: list[Token]) -> list[Token]:
    return [t for token in tokens for t in (token, *flat(token.children or []))]


def tokens_of(document: pathlib.Path) -> list[Token]:
    return flat(MarkdownIt("commonmark").enable("table").parse(document.read_text()))


def links_of(document: pathlib.Path) -> list[str]:
    tokens = tokens_of(document)
    links = [t.attrs["href"] for t in tokens if t.type == "link_open"]
    return links + [t.attrs["src"] for t in tokens if t.type == "image"]


def headings_of(document: pathlib.Path, level: str = "h[1-6]") -> list[str]:
    tokens = tokens_of(document)
    return [
        text.content
        for opening, text in itertools.pairwise(tokens)
        if opening.type == "heading_open" and re.fullmatch(level, opening.tag)
    ]


def anchor(heading: str) -> str:
    """A heading's anchor as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def commands_of(document: pathlib.Path) -> list[str]:
    tokens = tokens_of(document)
    inline = [t.content for t in tokens if t.type == "code_inline"]
    blocks = [t.content for t in tokens if t.type == "fence" and t.info == "sh"]
    return inline + [line for block in blocks for line in block.splitlines()]


@each_document
def test_links_inside_the_repository_lead_to_files_and_sections(document):
    broken = []
    for link in links_of(document):
        if urllib.parse.urlsplit(link).scheme:
            continue
        path, _, fragment = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (
            fragment and fragment not in {anchor(heading) for heading in headings_of(target)}
        ):
            broken.append(link)
    assert broken == []


@each_document
def test_every_reference_is_defined(document):
    # An undefined one is no link to Markdown: it stays as text, brackets and all.
    texts = [token.content for token in tokens_of(document) if token.type == "text"]
    assert [text for text in texts if "][" in text] == []


@each_document
def test_every_command_exists(document):
    commands = commands_of(document)
    assert any(command.startswith("make ") for command in commands)
    assert [problem for command in commands for problem in problems_of(command)] == []


def wrong_address(link: str) -> bool:
    """Whether a link to the course on some host leads to another repository, branch or file."""
    owner, name = COURSE.repository.split("/")
    repository, branch = re.escape(f"{owner}/{name}"), re.escape(COURSE.branch)
    notebook = r"(?P<file>(?:notebooks|solutions)/[\w/.]+)"
    forms = [
        rf"https://colab\.research\.google\.com/github/{repository}/blob/{branch}/{notebook}",
        rf"https://mybinder\.org/v2/gh/{repository}/{branch}\?urlpath=lab/tree/{notebook}",
        rf"https://codespaces\.new/{repository}/tree/{branch}",
        r"https://vscode\.dev/redirect\?url=vscode://ms-vscode-remote\.remote-containers/"
        rf"cloneInVolume\?url=https://github\.com/{repository}",
        r"https://kaggle\.com/kernels/welcome\?src="
        rf"https://github\.com/{repository}/blob/{branch}/{notebook}",
    ]
    for form in forms:
        if match := re.fullmatch(form, link):
            file = match.groupdict().get("file")
            return file is not None and not (ROOT / file).exists()
    return True


HOSTS_OF_DOORS = {
    "colab.research.google.com",
    "mybinder.org",
    "codespaces.new",
    "vscode.dev",
    "kaggle.com",
}


def doors_of(document: pathlib.Path) -> list[str]:
    """The links that open the course somewhere; badges are pictures on the same hosts."""
    return [
        link
        for link in links_of(document)
        if urllib.parse.urlsplit(link).hostname in HOSTS_OF_DOORS and not link.endswith(".svg")
    ]


@each_document
def test_every_door_leads_to_this_repository_and_branch(document):
    doors = doors_of(document)
    assert doors
    assert [link for link in doors if wrong_address(link)] == []


def test_there_is_a_door_to_every_host():
    hosts = {urllib.parse.urlsplit(link).hostname for link in doors_of(PLACES)}
    # Colab's badges, one for each lesson, are the README's.
    assert hosts == HOSTS_OF_DOORS - {"colab.research.google.com"}


def test_every_place_of_the_table_has_a_section_and_says_what_was_run():
    text = PLACES.read_text()
    table = text[: text.index("\n[binder-badge]")]
    linked = re.findall(r"^\| \[([^\]]+)\]\(#", table, flags=re.MULTILINE)
    choice, *places = headings_of(PLACES, "h2")
    assert choice == "Which one for which computer"
    assert linked == places
    for section in text.split("\n## ")[2:]:
        name = section.splitlines()[0]
        assert re.search(r"\*\*(Run|Checked):\*\*", section), name
        assert "**Not run:**" in section, name


def test_pythons_are_those_of_the_project():
    supported = [f"3.{minor}" for minor in range(30) if PYTHONS.contains(f"3.{minor}.0")]
    written = re.findall(
        r"Python (3\.\d+(?:, 3\.\d+)* or 3\.\d+)", " ".join(PLACES.read_text().split())
    )
    assert set(written) == {f"{', '.join(supported[:-1])} or {supported[-1]}"}


def test_tensorflow_of_kaggle_is_one_that_the_course_accepts():
    section = PLACES.read_text().split("\n## Kaggle")[1]
    python, tensorflow = re.search(r"Python (\d+\.\d+), TensorFlow\s+(\d+\.\d+)", section).groups()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (wanted,) = [d for d in project["dependencies"] if re.match(r"tensorflow[~=<>]", d)]
    assert PYTHONS.contains(f"{python}.0")
    assert SpecifierSet(wanted.removeprefix("tensorflow")).contains(f"{tensorflow}.0")


@pytest.mark.parametrize(
    "command",
    [
        "make cuorse",
        "make course opne",
        "fl-course stup",
        ".venv/bin/fl-course opn --no-browser",
        "PIP_NO_INDEX=1 make corse",
        "conda env create -f enviroment.yml",
        "sh tools/setup.sh .venv",
    ],
)
def test_a_misspelt_command_is_seen(command):
    assert problems_of(command)


@pytest.mark.parametrize(
    "link",
    [
        "https://mybinder.org/v2/gh/other/fl-course/main?urlpath=lab/tree/notebooks/en",
        "https://mybinder.org/v2/gh/fl-course/fl-course/master?urlpath=lab/tree/notebooks/en",
        "https://mybinder.org/v2/gh/fl-course/fl-course/main?urlpath=lab/tree/notebooks/xx",
        "https://codespaces.new/fl-course/course/tree/main",
        "https://kaggle.com/kernels/welcome?src=https://github.com/fl-course/fl-course/blob/main/notebooks/en/1.ipynb",
    ],
)
def test_an_address_that_leads_elsewhere_is_seen(link):
    assert wrong_address(link)
