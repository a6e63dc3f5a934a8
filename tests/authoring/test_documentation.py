"""What docs/authoring.md shows of an exercise is what stands in its files."""

import pathlib
import re

ROOT = pathlib.Path(__file__).parent.parent.parent
EXAMPLE = (ROOT / "docs" / "authoring.md").read_text().partition("## One exercise from")[2]


def test_the_exercise_from_task_to_test_is_that_of_the_course():
    shown = re.findall(r"in `([\w/]+\.py)`.*?```python\n(.*?)```", EXAMPLE, re.DOTALL)
    assert [name.split("/")[0] for name, _ in shown] == ["lessons", "fl_course", "tests"]
    for name, code in shown:
        lines = (ROOT / name).read_text().splitlines()
        at = 0
        for line in code.splitlines():
            if line.strip() != "…":
                assert line in lines[at:], f"{name}: {line}"
                at = lines.index(line, at) + 1
