"""Figures in the languages of the course: their words, their letters, and room for both."""

import json
import pathlib
import re
import warnings

import pytest
from matplotlib import font_manager

import fl_course
from fl_course import localization, plotting
from fl_course.plotting import style
from tests.plotting.drawing import COUNTS, CURVES, draw
from tests.plotting.test_every_figure import EVERY_FIGURE

LOCALE = pathlib.Path(fl_course.__file__).parent / "locale"
LANGUAGES = sorted(file.stem for file in LOCALE.glob("*.json"))
SPEECH = {language: json.loads((LOCALE / f"{language}.json").read_text()) for language in LANGUAGES}

each_language = pytest.mark.parametrize("language", LANGUAGES)
each_figure = pytest.mark.parametrize(("function", "args"), EVERY_FIGURE)


def texts(figure):
    return [text.get_text() for text in figure.findobj(style.Text)]


def test_there_are_languages():
    assert "ko" in LANGUAGES


@each_language
@each_figure
def test_no_letter_is_missing_and_nothing_is_cut_off(language, function, args, caplog):
    with localization.speaking(language), warnings.catch_warnings():
        warnings.simplefilter("error")  # "Glyph 54617 missing from font(s) DejaVu Sans"
        figure = draw(function, *args)  # its layout asks the fonts for each letter
        used, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert caplog.records == []  # a font that is not found is only logged
    assert used.x0 >= 0
    assert used.y0 >= 0
    assert used.x1 <= width
    assert used.y1 <= height


@each_language
def test_the_fonts_have_every_letter_that_the_course_may_write(language):
    paths = [font_manager.findfont("DejaVu Sans")]
    with localization.speaking(language):
        families = style._families(localization.fonts())
    paths += [font_manager.findfont(family) for family in families]
    known = {code for path in paths for code in font_manager.get_font(path).get_charmap()}
    written = {letter for word in SPEECH[language]["words"].values() for letter in word}
    assert {letter for letter in written if ord(letter) not in known and letter != "\n"} == set()


@each_language
def test_a_bold_word_is_bold(language):
    with localization.speaking(language):
        for family in style._families(localization.fonts()):
            faces = [f.weight for f in font_manager.fontManager.ttflist if f.name == family]
            assert 700 in faces


def test_words_of_a_figure_are_those_of_the_language():
    with localization.speaking("ko"):
        figure = draw(plotting.learning_curves, CURVES, title="a heading of one's own")
        shown = texts(figure)
        assert "라운드" in shown
        assert "a heading of one's own" in shown
        assert "예제" in " ".join(texts(draw(plotting.label_counts, COUNTS)))
    assert "round" in texts(draw(plotting.learning_curves, CURVES))


def test_names_at_an_axis_are_those_of_the_language():
    words = {"at home": "집에서", "reference": "기준", "{number} %": "{number}%"}
    with localization.speaking("ko", words, SPEECH["ko"]["fonts"]):
        figure = draw(plotting.accuracy_bars, {"at home": 0.5, "b": 0.75}, reference=0.8)
        figure.draw_without_rendering()
        names = [label.get_text() for label in figure.axes[0].get_xticklabels()]
        legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["집에서", "b"]
    assert legend == ["기준: 80%"]


def test_percentages_are_written_as_the_text_writes_them():
    with localization.speaking("ko", {"{number} %": "{number}%"}, SPEECH["ko"]["fonts"]):
        figure = draw(plotting.accuracy_bars, {"a": 0.5, "b": 0.75})
        figure.draw_without_rendering()
        ticks = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert ticks == ["0%", "20%", "40%", "60%", "80%", "100%"]


@pytest.mark.parametrize(
    ("function", "args", "options", "told"),
    [
        (plotting.label_counts, ({},), {}, "counts_by_client 값을 쓸 수 없습니다(비어 있음)."),
        (plotting.label_counts, ([1],), {}, "counts_by_client 값을 쓸 수 없습니다(list)."),
        (plotting.averaging_diagram, (), {"client_names": ["a"]}, "필요한 문자열의 수: 2–4."),
    ],
)
def test_an_error_is_in_the_language_throughout(function, args, options, told):
    with localization.speaking("ko"), pytest.raises(ValueError, match=re.escape(told)):
        function(*args, **options)


def test_without_its_font_a_figure_is_drawn_all_the_same():
    words = {"round": "라운드"}
    with localization.speaking("ko", words, ["no_such_package/font.ttf"]):
        with pytest.warns(UserWarning, match="Glyph"):  # before a pixel is drawn
            figure = draw(plotting.learning_curves, CURVES)
        with pytest.warns(UserWarning, match="Glyph"):
            assert plotting.png(figure)


@each_figure
def test_a_description_follows_from_the_english_one(function, args, monkeypatch):
    """So that the builder says it again without drawing."""
    monkeypatch.setattr(style, "png", lambda figure: b"")
    with style.collected():
        function(*args)
    english = style._described
    for language in LANGUAGES:
        with localization.speaking(language), style.collected() as shown:
            function(*args)
        again = localization.in_language(english.message, english.values, language)
        assert shown[0][0]["text/plain"] == localization.one_line(again)


@each_language
def test_what_is_displayed_is_described_in_the_language(language):
    with localization.speaking(language), style.collected() as shown:
        plotting.learning_curves(CURVES)
    ((data, metadata),) = shown
    english = data["text/plain"].isascii()
    assert not english
    assert metadata["image/png"]["alt"] == data["text/plain"]
