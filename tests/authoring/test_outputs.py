import base64
import io
import struct
import zlib
from dataclasses import replace

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image, PngImagePlugin

from fl_course.authoring.course import Lesson
from fl_course.authoring.outputs import (
    inputs_digest,
    last_printed_line,
    lint,
    normalize,
    outputs_digest,
    strip_png,
)


def png(text):
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Software", text)
    notes.add_itxt("Title", text)
    target = io.BytesIO()
    Image.new("RGB", (3, 2), (200, 10, 10)).save(target, "png", pnginfo=notes, dpi=(72, 72))
    return target.getvalue()


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def notebook_of(*outputs):
    cell = new_code_cell("x", id="a", metadata={"fl_course": {"key": "a"}}, outputs=list(outputs))
    return new_notebook(cells=[cell])


def test_strip_png_keeps_pixels_and_drops_texts():
    one, two = strip_png(png("Matplotlib 3.9")), strip_png(png("Matplotlib 3.10"))
    assert one == two
    assert b"Matplotlib" not in one
    image = Image.open(io.BytesIO(one))
    assert image.getpixel((0, 0)) == (200, 10, 10)
    assert "dpi" in image.info


def test_strip_png_drops_a_time():
    chunk = struct.pack(">I4s", 7, b"tIME") + bytes(7)
    chunk += struct.pack(">I", zlib.crc32(chunk[4:]))
    image = strip_png(png("x"))
    assert strip_png(image[:33] + chunk + image[33:]) == image


def test_strip_png_refuses_other_bytes():
    with pytest.raises(ValueError, match="not as a PNG file does"):
        strip_png(b"\xff\xd8 a JPEG")


def test_normalize_merges_streams_that_follow_each_other():
    shown = new_output("display_data", {"text/plain": "y"})
    notebook = notebook_of(stream("a\n"), stream("b\n"), shown, stream("c\n"))
    normalize(notebook)
    outputs = notebook.cells[0].outputs
    assert [output.get("text") for output in outputs] == ["a\nb\n", None, "c\n"]


def test_normalize_keeps_what_a_terminal_would_show():
    notebook = notebook_of(stream("10%\r20"), stream("%\rdone\r\nnext\n"))
    normalize(notebook)
    assert notebook.cells[0].outputs[0].text == "done\nnext\n"


def test_normalize_keeps_one_image_of_a_figure():
    data = {"text/plain": "y", "text/html": "<img>", "image/png": base64.b64encode(png("x"))}
    shown = new_output("display_data", {**data, "image/png": data["image/png"].decode()})
    shown.metadata["image/png"] = {"alt": "y"}
    notebook = notebook_of(shown)
    normalize(notebook)
    assert set(notebook.cells[0].outputs[0].data) == {"text/plain", "image/png"}


def test_normalize_drops_what_varies():
    data = {"text/plain": "1", "image/png": base64.b64encode(png("x")).decode() + "\n"}
    result = new_output(
        "execute_result",
        data,
        execution_count=17,
        metadata={"image/png": {"width": 3}, "needs_background": "light"},
    )
    notebook = notebook_of(result)
    notebook.cells[0].metadata["execution"] = {"iopub.status.busy": "2026-01-01T00:00:00Z"}
    normalize(notebook)
    cell = notebook.cells[0]
    assert "execution" not in cell.metadata
    assert cell.execution_count == cell.outputs[0].execution_count == 1
    assert cell.outputs[0].metadata == {"image/png": {"width": 3}}
    assert base64.b64decode(cell.outputs[0].data["image/png"]) == strip_png(png("x"))
    before = outputs_digest(notebook)
    normalize(notebook)
    assert outputs_digest(notebook) == before


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (stream("I0000 noise\n", "stderr"), "cell a: wrote to stderr: 'I0000 noise'. Silence it"),
        (new_output("error", ename="KeyError", evalue="'x'"), "cell a: raised KeyError: 'x'."),
        (stream("<f at 0x7f3a0c001d30>"), "cell a: shows a memory address"),
        (new_output("display_data", {"text/html": "<b>0x7f3a0c001d30</b>"}), "memory address"),
        (new_output("execute_result", {"text/plain": "/home/me/x"}), "a path of this machine"),
        (stream("see C:\\Users"), "a path of this machine"),
        (stream("lib/site-packages/x.py"), "a path of this machine"),
        (stream("saved to /srv/me/model"), "a path of this machine: 'saved to /srv/me/model'"),
        (stream("a\nTraceback (most recent call last)"), "cell a: shows a Traceback: 'Traceback"),
        (new_output("display_data", {"application/json": {"a": "/tmp/b"}}), "path of this machine"),
    ],
)
def test_lint_refuses(output, message):
    faults = lint(notebook_of(output), places=("/srv/me", "/"))
    assert len(faults) == 1
    assert message in faults[0]


@pytest.mark.parametrize(
    "text",
    [
        "accuracy 0.86, 3/14 clients, ratio /2",
        "https://example.org/home/page and https://example.org:80/tmp/x",
        "({float32}@CLIENTS -> float32@SERVER)",
        "logs/tmp/round_1 at 0x1F",
    ],
)
def test_lint_lets_pass(text):
    assert lint(notebook_of(stream(text)), places=("/srv/me",)) == []


def test_lint_does_not_read_images():
    image = new_output("display_data", {"image/png": "/tmp/x0x7f3a0c001d30"})
    assert lint(notebook_of(image)) == []


def test_last_printed_line():
    cell = notebook_of(stream("one\n"), stream("noise\n", "stderr"), stream("two\n\n")).cells[0]
    assert last_printed_line(cell) == "two"
    assert last_printed_line(notebook_of().cells[0]) == ""


def test_inputs_digest_depends_on_executed_code_and_the_files_that_it_reaches(
    tmp_path, course, lesson
):
    files = {
        "__init__.py": "",
        "runtime/__init__.py": "",
        "data/__init__.py": "",
        "data/digits.csv": "1",
        "models.py": "from fl_course.data import load",
        "exercises/adding/__init__.py": "from . import add_two",
        "exercises/adding/add_two.py": "",
    }

    def digest(source="import fl_course.models", **changes):
        for name, text in (files | changes).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        optional = new_code_cell("y", id="b", metadata={"tags": ["nbval-skip"]})
        notebook = new_notebook(cells=[new_code_cell(f"%magic\n{source}", id="a"), optional])
        return inputs_digest(notebook, tmp_path, course, lesson)

    first = digest()
    assert digest("x = 1") != first
    for name in ("cli.py", "authoring/build.py", "__pycache__/a.pyc", ".cache", "new.py"):
        assert digest(**{name: "x"}) == first
    for name in ("exercises/printing/add.py", "catalog.json", "locale/ko.json", "other/a.txt"):
        assert digest(**{name: "x"}) == first
    for name in files:
        assert digest(**{name: "2"}) != first, name
        assert digest() == first


def test_inputs_digest_depends_on_the_numbers_that_outputs_may_show(tmp_path, course, lesson):
    for folder in (tmp_path, tmp_path / "runtime", tmp_path / "exercises" / "adding"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").write_text("")
    words = tmp_path / "exercises" / "adding" / "add_two.py"
    notebook = new_notebook(cells=[])
    new, printing = Lesson(1, "new", "New", 5, ()), course.lessons[1]
    moved = replace(course, lessons=(new, replace(lesson, number=2), replace(printing, number=3)))
    longer = replace(course, lessons=(*course.lessons, replace(new, number=3)))

    def digest(course, slug):
        lesson = next(x for x in course.lessons if x.slug == slug)
        return inputs_digest(notebook, tmp_path, course, lesson)

    for text in ("{{printing}}", '"printing"', "nothing"):
        words.write_text(text)
        before = digest(course, "adding")
        assert digest(longer, "adding") == before
        third = replace(
            course, lessons=(lesson, replace(new, number=2), replace(printing, number=3))
        )
        assert (digest(third, "adding") == before) == (text == "nothing")
        renamed = replace(course, lessons=(lesson, replace(printing, title="Saying")))
        assert (digest(renamed, "adding") == before) == (text == "nothing")
    assert digest(moved, "adding") != digest(course, "adding")  # its own number
