import pytest

from fl_course.authoring import AuthoringError
from fl_course.authoring.course import find_root, read_course


def test_read_course_gives_the_lessons_in_order(course_dir):
    course = read_course(course_dir.root)
    assert [(x.number, x.slug) for x in course.lessons] == [(1, "adding"), (2, "printing")]
    assert course.lessons[0].exercises == ("add_two",)
    assert course.after(course.lessons[0]) is course.lessons[1]
    assert course.after(course.lessons[1]) is None


def test_a_lesson_may_need_more_than_the_courses_packages(course_dir):
    course_dir.edit("lessons/course.toml", "minutes = 5", 'minutes = 5\nneeds = ["flower"]')
    assert [lesson.needs for lesson in read_course(course_dir.root).lessons] == [(), ("flower",)]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "A course"\n', "", "`title` is missing. Add title ="),
        ('"owner/name"', '"owner"', "`repository` is 'owner'. Write it like this"),
        ('branch = "main"', "branch = 3", "`branch` is 3. Write it like this"),
        ('["en"]', '["ko"]', '`languages` lacks "en"'),
        ('["en"]', '["en", "English"]', "`languages` holds 'English'"),
        ('["en"]', '["en", "en"]', "`languages` holds 'en' twice"),
        ("minutes = 5", "minutes = 0", "no. 2: `minutes` is 0. Give the minutes"),
        ("minutes = 5", "minutes = true", "no. 2: `minutes` is True"),
        ("minutes = 5", 'minuts = "5"', "no. 2: `minuts` is not a known field"),
        ("minutes = 5", "number = 2", "no. 2: `number` is not a known field"),
        ("minutes = 5", 'languages = ["ko"]', 'no. 2: `languages` lacks "en": a lesson comes in'),
        ("minutes = 5", 'languages = ["en", "ja"]', "no. 2: `languages` holds 'ja', which the co"),
        ("minutes = 5", 'needs = ["flour"]', "no. 2: `needs` holds 'flour'. Known are: flower."),
        ('slug = "printing"', 'slug = "adding"', "no. 2: `slug` 'adding' is taken"),
        ('"printing"', f'"{"p" * 33}"', "no. 2: `slug` has 33 characters. Use up to 32"),
        ('slug = "printing"', 'slug = "Print-ing"', "no. 2: `slug` is 'Print-ing'"),
        ('["add_two"]', '["add two"]', "no. 1: `exercises` holds 'add two'"),
        ('["add_two"]', "[[1], [1]]", "no. 1: `exercises` holds [1]"),
        ("[[lesson]]", "[lesson", "course.toml is not valid TOML"),
    ],
)
def test_read_course_says_what_is_wrong(course_dir, old, new, message):
    course_dir.edit("lessons/course.toml", old, new)
    with pytest.raises(AuthoringError) as error:
        read_course(course_dir.root)
    assert message in str(error.value)
    assert "lessons/course.toml" in str(error.value)


def test_read_course_reports_every_problem_at_once(course_dir):
    course_dir.write("lessons/course.toml", 'title = 1\nlesson = "two"\n')
    with pytest.raises(AuthoringError) as error:
        read_course(course_dir.root)
    for part in ("`title`", "`repository`", "`branch`", "`languages`", "`lesson` is not a list"):
        assert part in str(error.value)


def test_read_course_without_a_file_or_a_lesson(tmp_path, course_dir):
    with pytest.raises(AuthoringError, match="is missing in"):
        read_course(tmp_path / "lessons")
    text = (course_dir.root / "lessons/course.toml").read_text().split("[[lesson]]")[0]
    course_dir.write("lessons/course.toml", text)
    with pytest.raises(AuthoringError, match="there is no lesson"):
        read_course(course_dir.root)


def test_find_root_walks_up(course_dir):
    inside = course_dir.root / "notebooks" / "en"
    inside.mkdir(parents=True)
    assert find_root(inside) == course_dir.root.resolve()


def test_find_root_says_where_it_looked(tmp_path):
    with pytest.raises(AuthoringError, match=r"no lessons/course.toml in .* or a folder above"):
        find_root(tmp_path)


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ([], [1, 2]),
        (["2"], [2]),
        (["1-2"], [1, 2]),
        (["printing", "1"], [1, 2]),
        (["lessons/printing.py"], [2]),
        (["2", "2"], [2]),
        (["2-7"], [2]),
    ],
)
def test_select(course, wanted, numbers):
    assert [lesson.number for lesson in course.select(wanted)] == numbers


@pytest.mark.parametrize("word", ["3", "0", "2-1", "subtracting", "-1", ""])
def test_select_names_the_lessons_there_are(course, word):
    with pytest.raises(AuthoringError, match=r"not in the course. Give .*1 \(adding\), 2"):
        course.select([word])
