"""Outputs in another language, made of what was recorded in English."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from fl_course import localization
from fl_course.authoring import AuthoringError
from fl_course.authoring.catalogs import Catalog, Entry
from fl_course.authoring.languages import Language
from fl_course.authoring.messages import Message
from fl_course.authoring.outputs import normalize, outputs_digest
from fl_course.authoring.spoken import digest, fill
from fl_course.localization import say

NANUM = "koreanize_matplotlib/fonts/NanumGothic.ttf"


def pixel():
    file = io.BytesIO()
    Image.new("1", (1, 1)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


PIXEL = pixel()


def korean(words, fonts=(NANUM,)):
    entries = tuple(Entry(Message("x", text), words[text]) for text in words)
    own = Catalog(Path("translations/ko/fl_course.po"), "ko", entries)
    return Language("ko", "한국어", fonts, {"fl_course": own})


def notebook(*outputs):
    cell = new_code_cell("cell()", id="adding-cell", metadata={"fl_course": {"key": "cell"}})
    cell.outputs = list(outputs)
    made = new_notebook(cells=[cell], metadata={"fl_course": {"lesson": "adding"}})
    normalize(made)
    made.metadata.fl_course.outputs = outputs_digest(made)
    return made


def stream(text):
    return new_output("stream", name="stdout", text=text)


def filled(english, records, language):
    made = notebook()
    fill({"ko": made}, english, {"adding-cell": records}, [language])
    return made


def said(message, **values):
    sentence = say(message, **values)
    return ("say", sentence.message, sentence.values)


WORDS = {
    "{count} clients": "클라이언트 {count}개",
    "{count} clients at a time": "한 번에 클라이언트 {count}개",
    "**Right.**": "**맞습니다.**",
    "Figure: {alt}.": "그림: {alt}.",
    "1 image of digits": "숫자 이미지 1개",
    "Below each image: its label": "이미지 아래: 레이블",
    "not said here": "여기에는 없음",
}


def test_what_was_said_is_said_again_and_the_rest_stays():
    english = notebook(stream("2 clients at a time\nmine: 2 clients at\n2 clients\n"))
    records = [said("{count} clients", count=2), said("{count} clients at a time", count=2)]
    (output,) = filled(english, records, korean(WORDS)).cells[0].outputs
    assert output.text == ("한 번에 클라이언트 2개\nmine: 클라이언트 2개 at\n클라이언트 2개\n")


def test_a_single_word_is_the_learners_own():
    english = notebook(stream("round 3: 2 clients\n"))
    records = [said("round"), said("{count} clients", count=2)]
    language = korean({**WORDS, "round": "라운드"})
    (output,) = filled(english, records, language).cells[0].outputs
    assert output.text == "round 3: 클라이언트 2개\n"


def test_nothing_is_said_again_that_was_not_said_in_the_cell():
    english = notebook(stream("2 clients\n"))
    (output,) = filled(english, [], korean(WORDS)).cells[0].outputs
    assert output.text == "2 clients\n"


def test_feedback_is_markdown_and_plain_text():
    about = {"text/markdown": {"fl_course": {"outcome": "right"}}}
    data = {"text/markdown": "**Right.** Yours: `x`", "text/plain": "Right. Yours: `x`"}
    english = notebook(new_output("display_data", data=data, metadata=about))
    made = filled(english, [said("**Right.**")], korean(WORDS))
    (output,) = made.cells[0].outputs
    assert output.data == {
        "text/markdown": "**맞습니다.** Yours: `x`",
        "text/plain": "맞습니다. Yours: `x`",
    }
    assert output.metadata["text/markdown"].fl_course.outcome == "right"
    assert english.cells[0].outputs[0].data["text/plain"] == "Right. Yours: `x`"


def figure(alt="Figure: 1 image of digits."):
    metadata = {"image/png": {"width": 10, "height": 10, "alt": alt}}
    data = {"image/png": PIXEL, "text/plain": alt}
    return new_output("display_data", data=data, metadata=metadata)


def test_figures_are_drawn_again():
    image = np.zeros([8, 8])
    records = [("figure", "digits", (image, 3), {})]
    (output,) = filled(notebook(figure()), records, korean(WORDS)).cells[0].outputs
    assert output.data["text/plain"] == "그림: 숫자 이미지 1개."
    assert output.metadata["image/png"].alt == "그림: 숫자 이미지 1개."
    drawn = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
    assert drawn.size[0] > 300
    other = filled(notebook(figure()), records, korean({"x": "y"})).cells[0].outputs[0]
    assert other.data["text/plain"] == "Figure: 1 image of digits."
    assert other.data["image/png"] != output.data["image/png"]


def test_a_figure_that_was_not_recorded_is_refused():
    with pytest.raises(AuthoringError, match=r"lesson adding, cell cell: shows 1 figures and rec"):
        filled(notebook(figure()), [], korean(WORDS))


def test_a_figure_with_letters_that_no_font_has_is_refused():
    records = [("figure", "digits", (np.zeros([8, 8]), 3), {})]
    with pytest.raises(AuthoringError, match="can't be drawn in 한국어") as raised:
        filled(notebook(figure()), records, korean(WORDS, fonts=()))
    assert "translations/ko/fl_course.po" in str(raised.value)


def test_a_notebook_knows_which_words_its_outputs_are_made_of():
    english = notebook(stream("2 clients\n"))
    made = filled(english, [said("{count} clients", count=2)], korean(WORDS))
    before = made.metadata.fl_course.words
    assert before == digest(made, english, korean(WORDS))
    assert len(made.metadata.fl_course.said) == 1
    assert digest(made, english, korean({**WORDS, "not said here": "다른 말"})) == before
    assert digest(made, english, korean({**WORDS, "{count} clients": "{count}"})) != before
    assert digest(made, notebook(stream("3 clients\n")), korean(WORDS)) != before


def test_a_word_that_is_translated_later_is_noticed():
    english = notebook(stream("2 clients\n"))
    words = {**WORDS, "{count} clients": ""}
    made = filled(english, [said("{count} clients", count=2)], korean(words))
    assert digest(made, english, korean(WORDS)) != made.metadata.fl_course.words


def test_the_language_that_was_spoken_is_spoken_again():
    filled(notebook(stream("2 clients")), [said("{count} clients", count=2)], korean(WORDS))
    assert localization.current() == "en"
