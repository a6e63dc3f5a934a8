"""The course's own words: said in a language, recorded, and said again in another one."""

import ast
import io
import pathlib
import pickle
import string
import sys

import numpy as np
import pytest

from fl_course import localization
from fl_course.localization import Said, joined, say, word

PACKAGE = pathlib.Path(localization.__file__).parent
WORDS = {
    "{count} clients": "클라이언트 {count}개",
    "{first} and {last}": "{first}, {last}",
    "a round of {who}": "{who}의 라운드",
    "accuracy": "정확도",
    "braces {stay}": "중괄호 {stay}",
}


def calls():
    """Every call of `say` in the package whose text stands there, with its place."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_call = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say"
            if is_call and isinstance(node.args[0], ast.Constant):
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", node


def test_every_sentence_gets_the_values_it_has_places_for():
    wrong = []
    for place, node in calls():
        given = {keyword.arg for keyword in node.keywords}
        if given and None not in given:
            wanted = {name for _, name, *_ in string.Formatter().parse(node.args[0].value) if name}
            if wanted != given:
                wrong.append((place, wanted ^ given))
        elif not given and "{" in node.args[0].value:
            wrong.append((place, "no values"))
    assert wrong == []
    assert len(list(calls())) > 200


def test_english_is_what_is_written():
    assert say("{count} clients", count=3) == "3 clients"
    assert say("braces {stay}") == "braces {stay}"
    assert word("accuracy") == "accuracy"


def test_another_language():
    with localization.speaking("ko", WORDS):
        assert say("{count} clients", count=3) == "클라이언트 3개"
        assert say("braces {stay}") == "중괄호 {stay}"
        assert word("accuracy") == "정확도"
        assert say("a word it lacks") == "a word it lacks"
        assert word("") == ""
    assert say("{count} clients", count=3) == "3 clients"


@pytest.mark.parametrize(
    ("english", "korean"),
    [
        ("10 clients", "클라이언트 10개"),
        ("1,000 clients", "클라이언트 1,000개"),
        ("accuracy, 0.5", "정확도, 0.5"),
        ("30 clients: accuracy", "클라이언트 30개: 정확도"),
        ("writer_07: 94 clients", "writer_07: 클라이언트 94개"),
        ("federated_mean\naccuracy", "federated_mean\n정확도"),
        ("accuracy, all of it", "정확도, 전부"),  # a whole before its parts
        ("2 of 3 clients", "2 of 3 clients"),
        ("accuracy of writer_07", "accuracy of writer_07"),
        ("It is missing: accuracy.", "It is missing: accuracy."),
    ],
)
def test_a_name_is_put_together_from_what_is_known(english, korean):
    words = {
        "accuracy": "정확도",
        "{number} clients": "클라이언트 {number}개",
        "accuracy, all of it": "정확도, 전부",
    }
    with localization.speaking("ko", words):
        assert word(english) == korean
    with localization.heard() as heard:
        assert word(english) == english
    assert english in heard
    assert not {x for x in words if korean != english and x in english} - heard


def test_a_sentence_within_a_sentence():
    who = say("{count} clients", count=3)
    said = say("a round of {who}", who=who)
    assert isinstance(said, Said)
    with localization.speaking("ko", WORDS):
        assert (
            localization.in_language(said.message, said.values, "ko") == "클라이언트 3개의 라운드"
        )


def test_parts_are_joined():
    assert [joined(parts) for parts in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_an_unknown_language_is_told(monkeypatch):
    monkeypatch.setattr(localization, "languages", lambda: ("en", "ko"))
    with pytest.raises(ValueError, match="language is 'kr', and the course speaks en, ko"):
        localization.use("kr")
    assert localization.current() == "en"


def test_setup_knows_its_languages_before_it_starts_anything():
    import fl_course

    with pytest.raises(ValueError, match=r"language is 'xx', and the course speaks en, .*ko"):
        fl_course.setup("xx")


def test_what_is_said_is_recorded_where_a_notebook_is_built(tmp_path, monkeypatch):
    file = tmp_path / "records"
    monkeypatch.setenv(localization.RECORD, str(file))
    say("{count} clients", count=np.int64(3))
    with localization.unrecorded():
        say("not this one")
    localization.record("figure", "digits", (np.zeros([2, 2]),), {})
    with file.open("rb") as records:
        assert pickle.load(records) == ("say", "{count} clients", {"count": "3"})
        kind, name, (images,), options = pickle.load(records)
    assert (kind, name, images.shape, options) == ("figure", "digits", (2, 2), {})


def test_tensors_are_recorded_as_arrays(tmp_path, monkeypatch):
    class Tensor:
        def __array__(self, dtype=None, copy=None):
            return np.arange(3)

    file = tmp_path / "records"
    monkeypatch.setenv(localization.RECORD, str(file))
    localization.record("figure", "digits", (Tensor(),), {})
    found = pickle.loads(file.read_bytes())[2][0]
    assert type(found) is np.ndarray
    assert found.tolist() == [0, 1, 2]


def test_nothing_is_recorded_elsewhere(tmp_path, monkeypatch):
    monkeypatch.delenv(localization.RECORD, raising=False)
    monkeypatch.chdir(tmp_path)
    say("{count} clients", count=3)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("encoding", "seen"),
    [
        ("utf-8", "TFF · 라운드\n"),
        ("ascii", "TFF - ???\n"),
        ("euc_jp", "TFF - ???\n"),
        ("cp949", "TFF · 라운드\n"),
    ],
)
def test_a_line_is_told_in_what_letters_there_are(monkeypatch, encoding, seen):
    output = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(output, encoding=encoding))
    localization.tell("TFF · 라운드")
    sys.stdout.flush()
    assert output.getvalue().decode(encoding) == seen
