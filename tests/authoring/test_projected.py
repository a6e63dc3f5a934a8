"""Notebooks for the projector."""

from markdown_it import MarkdownIt

from fl_course.authoring.languages import ENGLISH_ITSELF
from fl_course.authoring.notebooks import dumps, key_of, make
from fl_course.authoring.projected import with_notes
from fl_course.authoring.script import read_script


def test_there_are_notes_and_no_answers(course_dir, course, lesson):
    cells = read_script(course_dir.root, course, lesson)
    learner, solved = (
        make(course, lesson, cells, ENGLISH_ITSELF, x) for x in ("learner", "solved")
    )
    made = with_notes(learner, solved)
    assert [key_of(cell) for cell in made.cells] == [
        *("_header", "_setup", "why", "ex_add", "note", "download", "_next")
    ]
    content = dumps(made).decode()
    assert "total = ..." in content
    assert "two() + 2" not in content
    note = made.cells[4].source
    assert note.startswith("<details><summary>For the instructor · 10 minutes</summary>\n\n")
    html = MarkdownIt("commonmark").render(note)
    assert "<p>Wait for questions.</p>" in html  # Markdown begins again within.
    assert html.endswith("</details>")
    assert "details" not in solved.cells[4].source
