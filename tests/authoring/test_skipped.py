"""A cut skips nothing that is needed later."""

import pytest

from fl_course.authoring import AuthoringError
from fl_course.authoring.course import Lesson
from fl_course.authoring.script import parse
from fl_course.authoring.skipped import names

LESSON = Lesson(1, "adding", "Adding", 5, ())
CELLS = """\
# %% [markdown] key="note" kind="instructor" minutes=5 saves=2 skips="SKIPS"
# **When time is short.** Skip it.
# %% key="sums"
totals = [1]
def total(x):
    return x + totals[0]
# %% key="shown"
for one in totals:
    print(total(one))
# %% key="figure"
limit = 3
%matplotlib inline
# %% key="again"
totals = [2]
print([limit for _ in totals], "one")
"""


def skipping(keys, course):
    return parse(CELLS.replace("SKIPS", keys), course, LESSON)


@pytest.mark.parametrize("keys", ["shown", "again", "sums shown", "figure again"])
def test_what_nothing_later_needs_may_be_skipped(keys, course):
    assert skipping(keys, course)[0].skips == tuple(keys.split())


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ("sums", "lessons/adding.py:1: cell note: the cut skips sums, and shown needs its 'total'"),
        ("figure", "the cut skips figure, and again needs its 'limit'"),
        ("nothing", "skips names 'nothing', which is no code cell of this lesson"),
        ("note", "skips names 'note', which is no code cell"),
    ],
)
def test_what_is_needed_may_not(keys, problem, course):
    with pytest.raises(AuthoringError) as raised:
        skipping(keys, course)
    assert problem in str(raised.value)


def test_names_are_needed_only_where_the_cell_has_not_made_them_before():
    assert names("x = x + 1\ny = x\nimport a.b as c") == ({"x", "y", "c"}, {"x"})
    made, needed = names("def f(a):\n    return lambda: a + b + g()\ndef g():\n    return c")
    assert made == {"f", "g"}
    assert needed == {"b", "c"}
    assert names("%timeit x\n!ls")[0] == set()
