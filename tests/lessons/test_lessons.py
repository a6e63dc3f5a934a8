"""What holds for every lesson, read from the built notebooks."""

import functools
import pathlib
import re
import sys

import nbformat
import pytest
import wcwidth

from fl_course import localization
from fl_course.authoring.build import build
from fl_course.authoring.course import DOCS_PAGE, read_course
from fl_course.authoring.execute import execute
from fl_course.authoring.exercises import outcome_problems
from fl_course.authoring.glossary import read_concepts
from fl_course.authoring.messages import same_code
from fl_course.authoring.questions import proof_problems, read_questions
from fl_course.authoring.script import CODE_COLUMNS, read_script

ROOT = pathlib.Path(__file__).parent.parent.parent
COURSE = read_course(ROOT)
CONCEPTS = read_concepts(ROOT, COURSE).concepts
README = (ROOT / "README.md").read_text()
VARIANTS = [(lesson, language) for lesson in COURSE.lessons for language in lesson.languages]
IDS = [f"{lesson.slug}-{language}" for lesson, language in VARIANTS]
each_notebook = pytest.mark.parametrize(("lesson", "language"), VARIANTS, ids=IDS)


@functools.cache
def read(folder, lesson, language):
    path = ROOT / folder / language / f"{lesson.number:02d}_{lesson.slug}.ipynb"
    return nbformat.read(path, as_version=4)


def kind(cell):
    return cell.metadata.get("fl_course", {}).get("kind")


def text(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def outputs(notebook):
    return [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]


def printed(notebook):
    return "".join(o.text for o in outputs(notebook) if o.output_type == "stream")


@each_notebook
def test_learners_notebook_has_blanks_and_no_outputs(lesson, language):
    learner = read("notebooks", lesson, language)
    assert outputs(learner) == []
    exercises = [cell.source for cell in learner.cells if kind(cell) == "exercise"]
    assert len(exercises) == len(lesson.exercises) >= 3
    assert all("..." in source for source in exercises)
    assert not [cell for cell in learner.cells if kind(cell) in ("solution", "instructor")]


@each_notebook
@pytest.mark.parametrize("folder", ["notebooks", "solutions"])
def test_every_language_has_the_same_code(lesson, language, folder):
    mine, english = (read(folder, lesson, code) for code in (language, "en"))
    assert [cell.id for cell in mine.cells] == [cell.id for cell in english.cells]
    for cell, original in zip(mine.cells, english.cells, strict=True):
        if cell.cell_type == "code" and not cell.id.endswith("-_setup"):
            assert same_code(cell.source, original.source), cell.id


@each_notebook
@pytest.mark.parametrize("folder", ["notebooks", "solutions"])
def test_code_fits_a_projected_window(lesson, language, folder):
    sources = [c.source for c in read(folder, lesson, language).cells if c.cell_type == "code"]
    lines = "\n".join(sources).splitlines()
    assert [line for line in lines if wcwidth.wcswidth(line) > CODE_COLUMNS] == []


@each_notebook
@pytest.mark.parametrize("folder", ["notebooks", "solutions"])
def test_the_top_leads_to_this_lesson_in_each_language(lesson, language, folder):
    notebook = read(folder, lesson, language)
    header = notebook.cells[0].source
    name = f"{lesson.number:02d}_{lesson.slug}.ipynb"
    colab = f"https://colab.research.google.com/github/{COURSE.repository}/blob/{COURSE.branch}/"
    badge, *others = re.findall(rf"\({re.escape(colab)}([^)]+)\)", header)
    assert badge == f"{folder}/{language}/{name}"
    wanted = [code for code in lesson.languages if code != language]
    assert others == [f"{folder}/{code}/{name}" for code in wanted]
    beside = re.findall(r"\((\.\./[^)]+)\)", header)
    assert beside == [f"../{code}/{name}" for code in wanted]
    for path in [badge, *others, *(f"{folder}/{language}/{link}" for link in beside)]:
        assert (ROOT / path).is_file(), path
    last = notebook.cells[1].source.splitlines()[-1]
    spoken = "" if language == "en" else f'"{language}", '
    assert last == f"fl_course.setup({spoken}install=True)"


@pytest.mark.parametrize("language", [code for code in COURSE.languages if code != "en"])
def test_the_readme_of_a_language_leads_to_its_notebooks(language):
    text = (ROOT / f"README.{language}.md").read_text()
    for lesson in COURSE.lessons:
        code = language if language in lesson.languages else "en"
        name = f"{lesson.number:02d}_{lesson.slug}.ipynb"
        assert text.count(f"notebooks/{code}/{name}") >= 2, name  # the lesson's link and Colab's
        if code == "en":
            text = text.replace(f"notebooks/en/{name}", "")
    assert "notebooks/en" not in text
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert [link for link in links if not (ROOT / link).exists()] == []
    assert not re.search(r"For instructors|## For contributors", text)


@each_notebook
def test_solutions_differ_from_blanks(lesson, language):
    blank = {c.id: c.source for c in read("notebooks", lesson, language).cells}
    solved = [c for c in read("solutions", lesson, language).cells if kind(c) == "exercise"]
    assert all(cell.source != blank[cell.id] for cell in solved)


@pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda lesson: lesson.slug)
def test_the_cells_that_questions_name_prove_them(lesson):
    questions = read_questions(ROOT, lesson, read_script(ROOT, COURSE, lesson))
    assert proof_problems(read("solutions", lesson, "en"), questions) == []


@each_notebook
def test_questions_are_asked_in_both_notebooks_and_answered_in_one(lesson, language):
    blank, solved = (
        {
            cell.metadata.fl_course.question: cell.source
            for cell in notebook.cells
            if kind(cell) == "answer"
        }
        for notebook in (read("notebooks", lesson, language), read("solutions", lesson, language))
    )
    questions = read_questions(ROOT, lesson, read_script(ROOT, COURSE, lesson))
    assert list(blank) == list(solved) == [question.id for question in questions]
    for question in questions:
        assert blank[question.id] == f"answer = ...\nex.{question.id}.check(answer)"
        assert solved[question.id].startswith(f'answer = "{question.right}"\n')


@each_notebook
def test_at_least_two_figures_and_a_key_result(lesson, language):
    solved = read("solutions", lesson, language)
    assert sum("image/png" in o.get("data", {}) for o in outputs(solved)) >= 2
    results = [c for c in solved.cells if c.metadata.get("fl_course", {}).get("result")]
    assert len(results) == 1
    assert results[0].outputs


@each_notebook
def test_a_lesson_ends_with_summary_questions_and_reading(lesson, language):
    headings = re.findall(r"^## (.+)$", "\n".join(text(read("notebooks", lesson, language))), re.M)
    if language == "en":
        assert headings[-3:] == ["What you now know", "To talk about", "Further reading"]
    assert len(headings) >= 6


@each_notebook
def test_instructors_get_minutes_mistakes_questions_and_cuts(lesson, language):
    solved = read("solutions", lesson, language)
    notes = [cell.source for cell in solved.cells if kind(cell) == "instructor"]
    assert len(notes) >= 4
    minutes = [int(re.match(r"\*\*[^*\d]*(\d+)[^*\d]*\*\*", note)[1]) for note in notes]
    assert sum(minutes) == lesson.minutes
    if language != "en":
        return
    for lead in ("What people get wrong.", "Ask the room.", "When time is short."):
        assert any(f"**{lead}**" in note for note in notes), lead


def test_learners_notebook_runs_untouched_to_its_end(untouched):
    learner = nbformat.read(ROOT / "notebooks" / "en" / untouched, as_version=4)
    done = execute(learner, ROOT, cell_seconds=120, allow_errors=True)
    assert done.failures == ()
    assert outcome_problems(learner, "learner") == []


@each_notebook
def test_outputs_are_free_of_noise(lesson, language):
    for output in outputs(read("solutions", lesson, language)):
        assert output.output_type != "error"
        assert output.get("name") != "stderr"
        shown = output.get("text", "") + str(output.get("data", {}).get("text/plain", ""))
        assert not re.search(r"0x[0-9a-f]{6,}|/(home|root|tmp|work|usr)/|object at", shown), shown


# Of other languages, a lint compares each message's numbers with the English ones.
@pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda lesson: lesson.slug)
def test_every_number_of_the_text_is_in_code_or_output(lesson):
    solved = read("solutions", lesson, "en")
    shown = printed(solved) + "\n".join(c.source for c in solved.cells if c.cell_type == "code")
    known = {number.replace(",", "").replace("_", "") for number in NUMBER.findall(shown)}
    body = "\n".join(text(solved)[1:]).split("## Further reading")[0]
    body = re.sub(r"\*\*For the instructor · \d+ minutes\*\*", "", body)
    body = re.sub(r"\]\([^)]*\)|arXiv:\S+|`[^`]*`|\$[^$]*\$|\b[Ll]esson \d+", " ", body)
    missing = {
        number
        for number in NUMBER.findall(body)
        if len(number) > 1 and number.replace(",", "") not in known
    }
    assert not missing - set(FACTS), f"numbers that no cell shows: {sorted(missing)}"


# 28 or 1,797 or 0.02 or 7_850; one-digit numbers are mostly digits, clients and counts of things.
NUMBER = re.compile(r"(?<![\w.])\d+(?:[,_]\d{3})*(?:\.\d+)?(?!\w)", re.ASCII)
# Facts of the literature and of arithmetic that the text may state without a cell.
FACTS = {
    "3,383": "writers of digits in federated EMNIST",
    "1998": "year of the digits data",
    "13": "writers by the data's own description",
}


@each_notebook
def test_readme_and_header_lead_to_the_notebook(lesson, language):
    path = f"notebooks/{language}/{lesson.number:02d}_{lesson.slug}.ipynb"
    colab = f"https://colab.research.google.com/github/{COURSE.repository}/blob/{COURSE.branch}/"
    readme = README if language == "en" else (ROOT / f"README.{language}.md").read_text()
    with localization.speaking(language):
        title = localization.word(lesson.title)
    row = next(row for row in readme.splitlines() if row.startswith(f"| {lesson.number} |"))
    assert f"| {lesson.number} | [{title}]({path}) | {lesson.minutes} |" in row
    assert f"[en{lesson.number}]: {colab}{path}\n" in readme
    assert f"({colab}{path})" in text(read("notebooks", lesson, language))[0]


def test_every_path_that_the_readme_names_exists():
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    folders = re.findall(r"^\| `([\w/]+)`", README, flags=re.MULTILINE)
    assert links
    assert folders
    for path in [*links, *folders]:
        assert (ROOT / path).exists(), path


def test_every_page_of_the_docs_that_a_lesson_names_exists():
    for lesson in COURSE.lessons:
        text = (ROOT / lesson.script).read_text()
        for page in re.findall(rf"\]\(({DOCS_PAGE.pattern})", text):
            assert (ROOT / page).is_file(), f"{lesson.script}: {page}"


@each_notebook
@pytest.mark.parametrize("folder", ["notebooks", "solutions"])
def test_every_lesson_leads_to_the_glossary_in_its_language(lesson, language, folder):
    header = read(folder, lesson, language).cells[0].source
    page = "docs/glossary.md" if language == "en" else f"docs/glossary.{language}.md"
    assert f"(https://github.com/{COURSE.repository}/blob/{COURSE.branch}/{page})" in header
    assert (ROOT / page).is_file()


@pytest.mark.parametrize("language", COURSE.languages)
def test_the_glossary_leads_to_notebooks_and_has_every_term_once(language):
    page = ROOT / "docs" / ("glossary.md" if language == "en" else f"glossary.{language}.md")
    text = page.read_text()
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert [link for link in links if not (page.parent / link).is_file()] == []
    terms = re.findall(r"^### (.+)", text, re.MULTILINE)
    assert len(terms) == len(set(terms)) == len(CONCEPTS)


@pytest.mark.parametrize("concept", CONCEPTS, ids=lambda concept: concept.key)
def test_a_term_comes_up_in_the_lesson_that_introduces_it(concept):
    """In its text, its code, or what its exercises and questions say."""
    exercises = sorted((ROOT / "fl_course/exercises" / concept.lesson).glob("*.py"))
    texts = [path.read_text() for path in (ROOT / "lessons" / f"{concept.lesson}.py", *exercises)]
    said = re.sub(r"[\s#\"_-]+", " ", " ".join(texts)).lower()
    names = [re.sub(r"[\s-]+", " ", name.lower()) for name in (concept.english, *concept.forms)]
    assert any(name in said for name in names)


def test_readme_figure_is_the_one_of_the_lesson():
    sys.path.insert(0, str(ROOT / "tools"))
    import readme_figure

    assert readme_figure.FIGURE.read_bytes() == readme_figure.figure_bytes(), "run `make build`"


@pytest.mark.timeout(1200)  # a minute on a quiet machine: every notebook of every language
def test_notebooks_are_those_of_the_lesson_scripts():
    report = build(ROOT, check=True)
    assert report.problems == [], "\n".join(report.problems)


def test_every_make_target_that_the_readme_names_exists():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"make ([a-z][a-z-]*)", README))
    assert {"course", "open", "test"} <= targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
