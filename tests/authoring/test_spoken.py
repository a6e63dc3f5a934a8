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
from fl_course.authoring.records import figures_of, records_of
from fl_course.authoring.spoken import draw, keep, say_again
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


def filled(english, entries, language, committed=None):
    """A notebook in a language, with its outputs, and how many figures were drawn for it."""
    made = notebook()
    raw = {"adding-cell": entries}
    missing = keep(say_again(made, english, records_of(raw, english), language), committed)
    draw([(language, missing)] if missing else [], figures_of(raw, english.cells))
    return made, len(missing)


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
    (output,) = filled(english, records, korean(WORDS))[0].cells[0].outputs
    assert output.text == ("한 번에 클라이언트 2개\nmine: 클라이언트 2개 at\n클라이언트 2개\n")


def test_a_single_word_is_the_learners_own():
    english = notebook(stream("round 3: 2 clients\n"))
    records = [said("round"), said("{count} clients", count=2)]
    language = korean({**WORDS, "round": "라운드"})
    (output,) = filled(english, records, language)[0].cells[0].outputs
    assert output.text == "round 3: 클라이언트 2개\n"


def test_nothing_is_said_again_that_was_not_said_in_the_cell():
    english = notebook(stream("2 clients\n"))
    (output,) = filled(english, [], korean(WORDS))[0].cells[0].outputs
    assert output.text == "2 clients\n"


def test_feedback_is_markdown_and_plain_text():
    about = {"text/markdown": {"fl_course": {"outcome": "right"}}}
    data = {"text/markdown": "**Right.** Yours: `x`", "text/plain": "Right. Yours: `x`"}
    english = notebook(new_output("display_data", data=data, metadata=about))
    made, _ = filled(english, [said("**Right.**")], korean(WORDS))
    (output,) = made.cells[0].outputs
    assert output.data == {
        "text/markdown": "**맞습니다.** Yours: `x`",
        "text/plain": "맞습니다. Yours: `x`",
    }
    assert output.metadata["text/markdown"].fl_course.outcome == "right"
    assert english.cells[0].outputs[0].data["text/plain"] == "Right. Yours: `x`"


ALT = "Figure: 1 image of digits."


def figure():
    metadata = {"image/png": {"width": 300, "height": 241, "alt": ALT}}
    data = {"image/png": PIXEL, "text/plain": ALT}
    return new_output("display_data", data=data, metadata=metadata)


def drawn(image, words=("Below each image: its label", "1 image of digits")):
    about = ("Figure: {alt}.", {"alt": say("1 image of digits")})
    return ("figure", "digits", (image, 3), {}, about, list(words))


ZEROS = np.zeros([8, 8])


def test_figures_are_drawn_again():
    made, count = filled(notebook(figure()), [drawn(ZEROS)], korean(WORDS))
    (output,) = made.cells[0].outputs
    assert count == 1
    assert output.data["text/plain"] == "그림: 숫자 이미지 1개."
    assert output.metadata["image/png"].alt == "그림: 숫자 이미지 1개."
    image = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
    assert image.size[0] > 300
    other = filled(notebook(figure()), [drawn(ZEROS)], korean({"x": "y"}))[0].cells[0].outputs[0]
    assert other.data["text/plain"] == ALT
    assert other.data["image/png"] != output.data["image/png"]


def test_a_figure_of_the_same_is_not_drawn_again():
    committed, _ = filled(notebook(figure()), [drawn(ZEROS)], korean(WORDS))
    made, count = filled(notebook(figure()), [drawn(ZEROS)], korean(WORDS), committed)
    assert count == 0
    assert made == committed


@pytest.mark.parametrize("stale", ["number", "word", "font", "image", "other image", "no image"])
def test_a_stale_figure_is_drawn_again(stale):
    english, entry, language = notebook(figure()), drawn(ZEROS), korean(WORDS)
    committed, _ = filled(english, [entry], language)
    data = committed.cells[0].outputs[0].data
    if stale == "number":
        entry = drawn(ZEROS + 1)
    elif stale == "word":
        language = korean({**WORDS, "Below each image: its label": "아래: 레이블"})
    elif stale == "font":
        language = korean(WORDS, fonts=(NANUM, NANUM.replace("Gothic.", "GothicBold.")))
    elif stale == "image":  # The English one, as after a change of the code that draws.
        english.cells[0].outputs[0].data["image/png"] = data["image/png"]
    elif stale == "other image":  # Painted over by hand, what it was drawn from left as it was.
        image = base64.b64decode(data["image/png"])
        at = image.index(b"PLTE") + 4
        data["image/png"] = base64.b64encode(image[:at] + b"###" + image[at + 3 :]).decode()
    else:
        data["image/png"] = "bm8gUE5H"
    made, count = filled(english, [entry], language, committed)
    assert count == 1
    assert filled(english, [entry], language, made)[1] == 0


def test_a_figure_that_was_not_recorded_is_refused():
    with pytest.raises(AuthoringError, match=r"lesson adding, cell cell: shows 1 figures and rec"):
        filled(notebook(figure()), [], korean(WORDS))


def test_a_figure_with_letters_that_no_font_has_is_refused():
    with pytest.raises(AuthoringError, match="can't be drawn in 한국어") as raised:
        filled(notebook(figure()), [drawn(ZEROS)], korean(WORDS, fonts=()))
    assert "translations/ko/fl_course.po" in str(raised.value)


def test_a_figure_that_describes_itself_otherwise_than_it_was_recorded_is_refused():
    kind, name, args, options, _, words = drawn(ZEROS)
    entry = (kind, name, args, options, ("Figure: {alt}.", {"alt": "two images"}), words)
    with pytest.raises(AuthoringError, match="cell cell: its figure has another size or descript"):
        filled(notebook(figure()), [entry], korean(WORDS))


def test_the_language_that_was_spoken_is_spoken_again():
    filled(notebook(stream("2 clients")), [said("{count} clients", count=2)], korean(WORDS))
    assert localization.current() == "en"
