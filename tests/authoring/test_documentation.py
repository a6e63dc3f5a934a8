"""What docs/authoring.md shows of an exercise and of a question is what stands in their files."""

import pathlib
import re

ROOT = pathlib.Path(__file__).parent.parent.parent
QUESTIONS, EXAMPLE = (
    (ROOT / "docs" / "authoring.md").read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]
    for title in ("Questions", "One exercise from task to test")
)


def assert_shows(code, name):
    """Each shown line stands in the file, in this order."""
    lines = (ROOT / name).read_text().splitlines()
    at = 0
    for line in code.splitlines():
        if line.strip() != "…":
            assert line in lines[at:], f"{name}: {line}"
            at = lines.index(line, at) + 1


def test_the_exercise_from_task_to_test_is_that_of_the_course():
    shown = re.findall(r"in `([\w/]+\.py)`.*?```python\n(.*?)```", EXAMPLE, re.DOTALL)
    assert [name.split("/")[0] for name, _ in shown] == ["lessons", "fl_course", "tests"]
    for name, code in shown:
        assert_shows(code, name)


def test_the_question_is_one_of_the_course():
    place, question = re.findall(r"```python\n(.*?)```", QUESTIONS, re.DOTALL)
    assert_shows(place, "lessons/centralized_training.py")
    assert_shows(question, "fl_course/exercises/centralized_training/questions.py")
