"""Outputs that are the same from build to build, or a sentence that says why they can't be."""

import base64
import hashlib
import json
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from fl_course.authoring.course import Course, Lesson
from fl_course.authoring.notebooks import executed_cells, key_of
from fl_course.authoring.reach import modules_reached

_PNG_START = b"\x89PNG\r\n\x1a\n"
# Texts, times and camera data say who wrote the file and when; no pixel depends on them.
_PNG_NOISE = (b"tEXt", b"zTXt", b"iTXt", b"tIME", b"eXIf")

_REFUSED = {
    "a memory address": re.compile(r"\b0x[0-9a-fA-F]{6,}\b"),
    # Not after a letter, dot, colon or slash, which would make it a part of an address or a ratio.
    "a path of this machine": re.compile(
        r"(?<![\w.:/])/(?:home|root|tmp|Users|usr|opt|var|work|mnt|private|etc|content|lib)/\w"
        r"|\b[A-Za-z]:\\\w|\bsite-packages\b|/ipykernel_\d+"
    ),
    "a Traceback": re.compile(r"\bTraceback\b"),
}
_REMEDY = {
    "a memory address": "Print what matters of the object, or assign it to `_`",
    "a path of this machine": "Print a name relative to the working directory",
    "a Traceback": "Catch the error and print its message",
}


def strip_png(image: bytes) -> bytes:
    """A PNG without the chunks that hold texts and times; the pixels' bytes stay as they are.

    Matplotlib writes its version into such a chunk.

    Args:
        image: A PNG file's bytes.

    Raises:
        ValueError: If the bytes are no PNG file.
    """
    kept = [chunk for kind, chunk in _png_chunks(image) if kind not in _PNG_NOISE]
    return b"".join([_PNG_START, *kept])


def _png_chunks(image: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG file, each with its type."""
    if not image.startswith(_PNG_START):
        raise ValueError(f"image starts with {image[:8]!r}, not as a PNG file does")
    at = len(_PNG_START)
    while at < len(image):
        # A chunk: length of the data (4 bytes), type (4), data, checksum (4).
        length, kind = struct.unpack_from(">I4s", image, at)
        end = at + 12 + length
        yield kind, image[at:end]
        at = end


def seal_png(image: bytes, made_of: str) -> bytes:
    """A PNG that says what it was drawn from, so that an image of something else is noticed.

    Args:
        image: A PNG file's bytes.
        made_of: What it was drawn from.
    """
    image = strip_png(image)
    text = b"tEXt" + b"Source\0" + _seal(image, made_of)
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    end = image.rindex(b"IEND") - 4
    return image[:end] + chunk + image[end:]


def is_sealed(image: bytes, made_of: str) -> bool:
    """Whether a PNG is as `seal_png` made it, and of this."""
    return any(
        kind == b"tEXt" and chunk[8:-4] == b"Source\0" + _seal(strip_png(image), made_of)
        for kind, chunk in _png_chunks(image)
    )


def _seal(image: bytes, made_of: str) -> bytes:
    return hashlib.sha256(made_of.encode() + image).hexdigest().encode()


def normalize(notebook: NotebookNode) -> None:
    """Takes everything out of a notebook's outputs that varies from one execution to the next.

    Execution counts run from 1, streams that follow each other are one, output metadata that
    belongs to no MIME type goes, PNG images lose their text chunks.
    """
    for count, cell in enumerate(executed_cells(notebook), start=1):
        cell.metadata.pop("execution", None)
        cell.execution_count = count
        outputs: list[NotebookNode] = []
        for output in cell.outputs:
            if output.output_type == "stream":
                last = outputs[-1] if outputs else None
                if last and last.output_type == "stream" and last.name == output.name:
                    last.text += output.text
                    continue
            elif output.output_type in ("display_data", "execute_result"):
                output.metadata = NotebookNode(
                    {mime: noted for mime, noted in output.metadata.items() if mime in output.data}
                )
                if "alt" in output.metadata.get("image/png", {}):
                    output.data.pop("text/html", None)  # The same image, for a build in Jupyter.
                if "image/png" in output.data:
                    image = strip_png(base64.b64decode(output.data["image/png"]))
                    output.data["image/png"] = base64.b64encode(image).decode()
                if output.output_type == "execute_result":
                    output.execution_count = count
            outputs.append(output)
        for output in outputs:
            if output.output_type == "stream":
                output.text = "\n".join(map(_as_shown, output.text.split("\n")))
        cell.outputs = outputs


def _as_shown(line: str) -> str:
    """What a terminal shows of a line: carriage returns begin it anew."""
    return line.rstrip("\r").rpartition("\r")[2]


def lint(notebook: NotebookNode, places: tuple[str, ...] = ()) -> list[str]:
    """What the outputs of a solved notebook hold that must not be published.

    Args:
        notebook: An executed notebook.
        places: Folders of this machine that no output may name, beside those known anywhere.

    Returns:
        One sentence for each fault, naming the cell key and what to do; none if all is well.
    """
    return [
        f"cell {key_of(cell)}: {fault}."
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for fault in _faults(output, places)
    ]


def _faults(output: NotebookNode, places: tuple[str, ...]) -> Iterator[str]:
    if output.output_type == "error":
        yield (
            f"raised {output.ename}: {first_line(output.evalue)}. "
            "Correct the cell; show an expected error with try and print"
        )
        return
    if output.output_type == "stream" and output.name == "stderr":
        yield (
            f"wrote to stderr: {first_line(output.text)!r}. Silence it, or print what "
            "learners are to see"
        )
        return
    for text in _texts(output):
        for what, pattern in _REFUSED.items():
            if match := pattern.search(text):
                yield f"shows {what}: {_around(text, match.start())!r}. {_REMEDY[what]}"
                break
        else:
            for place in places:
                if len(place) > 1 and place in text:
                    what = "a path of this machine"
                    yield f"shows {what}: {_around(text, text.index(place))!r}. {_REMEDY[what]}"
                    break


def _texts(output: NotebookNode) -> Iterator[str]:
    if output.output_type == "stream":
        yield output.text
        return
    for mime, data in output.data.items():
        if mime.startswith("image/") and mime != "image/svg+xml":
            continue
        yield data if isinstance(data, str) else json.dumps(data)


def _around(text: str, at: int) -> str:
    start = text.rfind("\n", 0, at) + 1
    return text[max(start, at - 30) : at + 50].split("\n")[0]


def first_line(text: str) -> str:
    """The first line of a text that is not empty, without terminal colours."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return next((line.strip() for line in plain.splitlines() if line.strip()), "")


def last_printed_line(cell: NotebookNode) -> str:
    """The last line that a cell printed to stdout, or an empty text."""
    text = "".join(
        output.text
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stdout"
    )
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


# Of it, an English output shows names and numbers of lessons at most.
_NOT_READ = ("catalog.json",)
_MAGIC_LINE = re.compile(r"^[ \t]*[%!].*$", re.MULTILINE)


def inputs_digest(notebook: NotebookNode, package: Path, course: Course, lesson: Lesson) -> str:
    """SHA-256 over what the outputs of a notebook depend on.

    That is the code of the cells that are executed, by cell id and in order, every module of
    `fl_course` that the lesson comes to run, and every other file beside such a module; of
    `catalog.json`, the lesson's number, and number and title of the lessons that these files name.
    The versions of libraries are not a part of it, so that it is the same on every Python.

    Args:
        notebook: The notebook, with or without outputs.
        package: Folder of the `fl_course` package.
        course: The course.
        lesson: The lesson.
    """
    digest = hashlib.sha256(b"2")  # To be raised when `normalize` changes what it makes.
    digest.update(json.dumps(lesson.number).encode())
    code = []
    for cell in executed_cells(notebook):
        # Where the course lives, no output says.
        source = cell.source.replace(f"{course.repository}/archive/{course.branch}", "")
        digest.update(json.dumps([cell.id, source]).encode())
        code.append(_MAGIC_LINE.sub("pass", cell.source))
    names = modules_reached(package, "\n".join(code), lesson.slug)
    for folder in {(package / name).parent for name in names}:
        for path in folder.iterdir():
            name = path.relative_to(package).as_posix()
            read = path.is_file() and path.suffix != ".py" and not path.name.startswith(".")
            if read and name not in _NOT_READ:
                names.add(name)
    for name in sorted(names):
        content = (package / name).read_bytes()
        named = [
            [other.number, other.title]
            for other in course.lessons
            if re.search(rb"""["'{]%s["'}]""" % other.slug.encode(), content)
        ]
        digest.update(json.dumps([name, hashlib.sha256(content).hexdigest(), named]).encode())
    return digest.hexdigest()


def outputs_digest(notebook: NotebookNode) -> str:
    """SHA-256 over the outputs of a notebook, so that an edit by hand is noticed."""
    outputs = [[cell.id, cell.outputs] for cell in executed_cells(notebook)]
    return hashlib.sha256(json.dumps(outputs, sort_keys=True).encode()).hexdigest()
