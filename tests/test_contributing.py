"""The pages that a code host shows to who cites the course, asks, or contributes."""

import pathlib
import re
import tomllib

import pytest
import yaml

import fl_course

ROOT = pathlib.Path(__file__).parent.parent
TEMPLATES = ROOT / ".github" / "ISSUE_TEMPLATE"
FORMS = sorted(set(TEMPLATES.glob("*.yml")) - {TEMPLATES / "config.yml"})
KINDS = {"input", "textarea", "dropdown"}


def test_who_cites_the_course_names_its_version_and_home():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    course = tomllib.loads((ROOT / "lessons" / "course.toml").read_text())
    assert citation["version"] == project["version"] == fl_course.__version__
    assert citation["repository-code"] == f"https://github.com/{course['repository']}"
    assert citation["title"] == course["title"]


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.stem)
def test_a_form_asks_what_one_has_to_know(form):
    content = yaml.safe_load(form.read_text())
    assert content["name"]
    assert content["description"]
    fields = [x for x in content["body"] if x["type"] != "markdown"]
    assert {x["type"] for x in fields} <= KINDS
    assert len({x["id"] for x in fields}) == len(fields)
    assert all(x["attributes"]["label"] for x in fields)
    assert any(x.get("validations", {}).get("required") for x in fields)


def test_the_pages_that_contributors_are_sent_to_exist():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    pages = re.findall(r"\]\(([^)]+)\)", text)
    assert pages
    for page in pages:
        assert (ROOT / page).is_file(), page
    targets = set(re.findall(r"`make ([\w-]+)`", text))
    makefile = (ROOT / "Makefile").read_text()
    for target in targets:
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
