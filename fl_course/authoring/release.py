"""A release's notebooks: the committed ones, whose first cell fetches one version and no other.

Nothing is executed. The notebooks of a release are no part of the branch: they have a tag of their
own, which Colab opens. docs/releasing.md has the way to it.
"""

import copy
import hashlib
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from email.parser import BytesParser
from pathlib import Path

from nbformat import NotebookNode
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from fl_course import localization
from fl_course.authoring import AuthoringError
from fl_course.authoring.course import ENGLISH, Course, read_course
from fl_course.authoring.files import write_atomically
from fl_course.authoring.languages import ENGLISH_ITSELF, Language, read_facts
from fl_course.authoring.notebooks import (
    FOLDERS,
    WORDS,
    colab_address,
    dumps,
    in_lines,
    key_of,
    path_of,
    read_built,
    source_archive,
)

CHANGES = Path("CHANGELOG.md")
README = Path("README.md")
_SECTION = r"^## \[{version}\] - \d{{4}}-\d{{2}}-\d{{2}}\n(.*?)(?=^## |^\[[^\]]+\]: |\Z)"


@dataclass(frozen=True)
class Release:
    """A version of the course, and what was built of it.

    Attributes:
        tag: The tag of its commit, such as `v1.0.0`.
        wheel: File name of its wheel.
        sha256: The wheel's digest, 64 hexadecimal digits.
    """

    tag: str
    wheel: str
    sha256: str

    @property
    def version(self) -> str:
        """The version, as Python has it."""
        return self.tag.removeprefix("v")

    @property
    def notebooks(self) -> str:
        """The tag of the commit that holds its notebooks."""
        return f"notebooks-{self.tag}"

    def address(self, course: Course) -> str:
        """The folder that its wheel is fetched from."""
        return f"https://github.com/{course.repository}/releases/download/{self.tag}/"


def write_release(root: Path, tag: str, wheel: Path, output: Path) -> list[Path]:
    """Writes a release's notebooks, and the page that leads to them and says what has changed.

    Args:
        root: Folder of the repository.
        tag: The release's tag: `v` and the version.
        wheel: The wheel that was built of that version.
        output: A folder that is not there yet, or empty.

    Returns:
        The files that were written, relative to `output`; their bytes depend on nothing else than
        the repository, the tag and the wheel.

    Raises:
        AuthoringError: If the tag, the wheel and the change log do not agree, a notebook is missing
            or is not as the builder makes it, or the folder holds something or can't be written
            to.
    """
    course = read_course(root)
    release = _read_release(tag, wheel)
    changes = changes_of(root, release.version)
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise AuthoringError(f"{output} is there and holds something. Give another --output.")
    languages = [
        ENGLISH_ITSELF if code == ENGLISH else read_facts(root, code) for code in course.languages
    ]
    content = {README: _page(course, release, changes, languages).encode()}
    for path, language in _committed(course):
        notebook = read_built(root, path)
        content[path] = dumps(released(notebook, course, release, language))
    try:
        for path, written in content.items():
            write_atomically(output / path, written)
    except OSError as error:
        raise AuthoringError(f"{output} can't be written to: {error.strerror}.") from None
    return list(content)


def released(
    notebook: NotebookNode, course: Course, release: Release, language: str
) -> NotebookNode:
    """A notebook as a release has it: its links and its first cell lead to this version.

    Args:
        notebook: A notebook as the builder makes it; it stays as it is.
        course: The course.
        release: The release.
        language: The notebook's language.

    Raises:
        AuthoringError: If the first cell is not as the builder makes it, or something in the
            notebook still leads to the branch.
    """
    made = copy.deepcopy(notebook)
    colab = _blob("colab.research.google.com/github", course.repository)
    github = _blob("github.com", course.repository)
    for cell in made.cells:
        if key_of(cell) == "_setup":
            cell.source = _setup(cell.source, course, release, language)
        elif cell.cell_type == "markdown":
            for home, tag in ((colab, release.notebooks), (github, release.tag)):
                cell.source = cell.source.replace(f"{home}{course.branch}/", f"{home}{tag}/")
        left = re.search(
            rf"{re.escape(course.repository)}/(?:\w+/)*{course.branch}\b\S*", cell.source
        )
        if left:
            raise AuthoringError(
                f"cell {key_of(cell)} leads to {left[0]}, which is not of the release. Let it name "
                "what it leads to as the builder does."
            )
    return made


def changes_of(root: Path, version: str) -> str:
    """What the change log says of a version, without its heading.

    Raises:
        AuthoringError: If it says nothing of it.
    """
    path = root / CHANGES
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    pattern = _SECTION.format(version=re.escape(version))
    found = re.search(pattern, text, re.MULTILINE | re.DOTALL)
    if found is None or not found[1].strip():
        raise AuthoringError(
            f"{CHANGES} has nothing of {version}. Head what has changed in it with the day of the "
            f"release, as in: ## [{version}] - 2027-01-31"
        )
    return found[1].strip()


def _read_release(tag: str, wheel: Path) -> Release:
    try:
        name, *_ = parse_wheel_filename(wheel.name)
        with zipfile.ZipFile(wheel) as archive:
            (described,) = (x for x in archive.namelist() if x.endswith(".dist-info/METADATA"))
            metadata = BytesParser().parsebytes(archive.read(described))
        content = wheel.read_bytes()
    except (InvalidWheelFilename, zipfile.BadZipFile, ValueError, OSError):
        raise AuthoringError(
            f"{wheel} is not a wheel that can be read. Make one: pip wheel --no-deps ."
        ) from None
    version = metadata["Version"]
    if name != "fl-course" or wheel.name.split("-")[1] != version:
        raise AuthoringError(
            f"{wheel} is {metadata['Name']} {version}. Give the course's wheel, under the name "
            "that pip has given it."
        )
    if tag != f"v{version}":
        raise AuthoringError(
            f"the tag is {tag!r}, and the wheel is version {version}. Name the tag v{version}, or "
            "raise the version first: docs/releasing.md says where it stands."
        )
    return Release(tag, wheel.name, hashlib.sha256(content).hexdigest())


def _committed(course: Course) -> Iterator[tuple[Path, str]]:
    for variant in FOLDERS:
        for language in course.languages:
            for lesson in course.lessons:
                if language in lesson.languages:
                    yield path_of(lesson, language, variant), language


def _blob(host: str, repository: str) -> str:
    return f"https://{host}/{repository}/blob/"


def _setup(source: str, course: Course, release: Release, language: str) -> str:
    """The first cell, with the wheel in the place of the branch, and refusals of any other."""

    def refusal(name: str, indent: int) -> str:
        words = localization.in_language(WORDS[name], {"version": release.version}, language)
        inner = in_lines(words, indent + 4)
        return f"{' ' * indent}raise RuntimeError(\n{inner}\n{' ' * indent})\n"

    address = re.compile(rf'"((?:fl-course @ )?){re.escape(source_archive(course))}"')
    other_bytes = f'        if "HASHES" in fetched.stderr:\n{refusal("other_bytes", 12)}'
    version = f"if fl_course.__version__ != {_quoted(release.version)}:\n"
    for pattern, replacement in (
        (address, lambda match: _wheel(course, release, match[1])),
        (re.compile(r"        print\(fetched\.stderr\)\n"), lambda match: match[0] + other_bytes),
        (
            re.compile(r"^import fl_course\n\n", re.MULTILINE),
            lambda match: f"{match[0]}{version}{refusal('other_version', 4)}\n",
        ),
    ):
        source, count = pattern.subn(replacement, source)
        if count != 1:
            raise AuthoringError(
                "the first cell is not as the builder makes it. Run: fl-course build"
            )
    return source


def _wheel(course: Course, release: Release, prefix: str) -> str:
    """The wheel's address for pip, which compares the digest, in lines that fit the page."""
    address = f"{prefix}{release.address(course)}"
    parts = (address, f"{release.wheel}#sha256=", release.sha256)
    lines = "\n".join(f"        {_quoted(part)}" for part in parts)
    return f"(\n{lines}\n    )"


def _quoted(text: str) -> str:
    return f'"{text}"'


def _page(course: Course, release: Release, changes: str, languages: Sequence[Language]) -> str:
    """The README beside a release's notebooks, which is the release's description too."""
    at_release = replace(course, branch=release.notebooks)
    lines = [
        f"# {course.title}: version {release.version}",
        "",
        changes,
        "",
        "## Notebooks",
        "",
        f"Each one fetches version {release.version} in its first cell, and takes nothing whose "
        "digest is another.",
        "",
        f"| | Lesson | {' | '.join(language.name for language in languages)} |",
        f"|---|---|{'---|' * len(languages)}",
    ]
    for lesson in course.lessons:
        links = [
            f"[Colab]({colab_address(at_release, path_of(lesson, language.code, 'learner'))})"
            if language.code in lesson.languages
            else ""
            for language in languages
        ]
        lines.append(f"| {lesson.number} | {lesson.title} | {' | '.join(links)} |")
    return "\n".join([*lines, "", f"Wheel: `{release.wheel}`, SHA-256 `{release.sha256}`", ""])
