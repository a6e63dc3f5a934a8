"""Catalogs: read, brought up to date with the lessons, written."""

import pytest

from fl_course.authoring import AuthoringError
from fl_course.authoring.catalogs import Catalog, Entry, dumps, read_catalog, update
from fl_course.authoring.messages import Message

HEADER = (
    'msgid ""\nmsgstr ""\n"Language: ko\\n"\n"MIME-Version: 1.0\\n"\n'
    '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
)
ENTRY = '\nmsgctxt "adding/why"\nmsgid "Why add"\nmsgstr "왜 더할까요"\n'


@pytest.fixture
def po(tmp_path):
    """Writes a catalog's content and gives its path within the folder."""

    def write(content):
        path = tmp_path / "ko.po"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path.relative_to(tmp_path)

    return write


def messages(*texts, context="adding/why"):
    return [Message(context, text) for text in texts]


def catalog(tmp_path, *entries):
    return Catalog(tmp_path / "ko.po", "ko", entries)


def test_a_catalog_is_read_as_it_was_written(tmp_path, po):
    made = Catalog(
        po(""),
        "ko",
        (
            Entry(Message("a/b", 'A "quoted"\\\nline'), "번역\\\n두 줄"),
            Entry(Message("a/c", "Old"), "옛것", fuzzy=True, previous="Older"),
            Entry(Message("a/d", "New")),
            Entry(Message("a/e", "Noted"), "주", note=("as in lesson 3",)),
        ),
    )
    content = dumps(made)
    assert content.startswith(HEADER.encode())
    read = read_catalog(tmp_path, po(content), "ko")
    assert read.entries == made.entries
    assert dumps(read) == content
    lines = content.decode().splitlines()
    assert [lines[entry.line - 1].split()[0] for entry in read.entries] == ["msgctxt"] * 4


@pytest.mark.parametrize(
    "previous",
    [
        'Is it "non-IID"?  ' + "A label-skewed client sees few of the digits. " * 6 + "Yes.",
        "```python\nx = 1\n\n\ty = 2\n```",
        "# | a heading, and a backslash \\\nand more",
    ],
)
def test_the_english_before_a_change_survives_every_build(tmp_path, po, previous):
    entry = Entry(Message("a/b", previous + " New."), "옛것", fuzzy=True, previous=previous)
    content = dumps(Catalog(po(""), "ko", (entry,)))
    read = read_catalog(tmp_path, po(content), "ko")
    assert read.entries == (entry,)
    assert dumps(read) == content


def test_a_file_has_no_dates_and_no_line_numbers(tmp_path, po):
    content = dumps(Catalog(po(""), "ko", (Entry(Message("a/b", "Text"), "글"),))).decode()
    assert content == HEADER + '\nmsgctxt "a/b"\nmsgid "Text"\nmsgstr "글"\n\n'


def test_a_missing_file_is_an_empty_catalog(tmp_path):
    assert read_catalog(tmp_path, tmp_path / "none.po", "ko").entries == ()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (ENTRY, "ko.po:1: the file does not begin with a header. Begin the file with:"),
        (HEADER.replace("ko", "ja") + ENTRY, "ko.po:3: the header's Language is 'ja'. Begin"),
        (HEADER.replace("utf-8", "euc-kr"), "ko.po:3: the header's Content-Type is"),
        (HEADER + '\nmsgid "no context"\nmsgstr ""\n', "ko.po:8: 'no context' has no msgctxt. Add"),
        (HEADER + ENTRY + ENTRY, "ko.po:12: 'Why add' is there twice. Remove one."),
        (HEADER + ENTRY + "\nnonsense\n", "ko.po:12: not a line of a catalog: 'nonsense'"),
        (HEADER + ENTRY[:-2], "ko.po:10: not a line of a catalog"),
        (HEADER.encode() + "왜".encode("euc-kr"), "ko.po:7: not UTF-8"),
    ],
)
def test_a_broken_file_is_told_with_its_line_and_what_to_do(tmp_path, po, content, told):
    with pytest.raises(AuthoringError) as raised:
        read_catalog(tmp_path, po(content), "ko")
    assert str(raised.value).startswith(told)
    assert str(raised.value).rstrip('"\\n').endswith((".", "8bit"))


def test_a_changed_sentence_of_a_long_paragraph_does_not_lose_the_translation(tmp_path):
    before = (
        "**What people get wrong.** They take a server rate of 1.0 from Federated Averaging. Here "
        "the rate is about the largest change of a weight in one round, whatever the size of the "
        "update."
    )
    after = (
        "**What people get wrong.** They take a server rate of 1.0 from Federated Averaging. Here "
        "the rate sets the scale of a weight's change in a round, whatever the size of the update: "
        "with 1.0, weights would jump by about 1."
    )
    full = catalog(tmp_path, Entry(Message("adding/why", before), "번역"))
    (entry,) = update(full, messages(after)).entries
    assert (entry.translation, entry.previous, entry.fuzzy) == ("번역", before, True)


def test_a_changed_text_is_fuzzy_and_the_others_stay(tmp_path):
    before = update(catalog(tmp_path), messages("One text here.", "Another text.", "A third."))
    full = Catalog(before.path, "ko", tuple(Entry(e.message, "번역") for e in before.entries))
    after = update(full, messages("One text here.", "Another text, changed.", "A third."))
    assert [entry.fuzzy for entry in after.entries] == [False, True, False]
    assert after.entries[1].previous == "Another text."
    assert after.entries[1].translation == "번역"
    assert after.entries[1].current == ""
    removed = set(dumps(full).splitlines()) - set(dumps(after).splitlines())
    added = set(dumps(after).splitlines()) - set(dumps(full).splitlines())
    assert removed == {b'msgid "Another text."'}
    assert added == {
        b"#, fuzzy",
        b'#| msgid "Another text."',
        b'msgid "Another text, changed."',
    }


def test_a_text_that_changes_twice_keeps_what_its_translation_was_made_from(tmp_path):
    first = catalog(tmp_path, Entry(Message("adding/why", "Take a step back."), "번역"))
    second = update(first, messages("Take one step back."))
    third = update(second, messages("Take one step forward."))
    assert third.entries[0].previous == "Take a step back."


def test_a_text_that_changes_back_is_still_to_be_looked_at(tmp_path):
    first = catalog(tmp_path, Entry(Message("adding/why", "Take a step back."), "번역"))
    there = update(first, messages("Take one step back."))
    assert update(there, messages("Take a step back.")).entries[0].fuzzy


def test_a_text_in_a_cell_of_another_name_keeps_its_translation(tmp_path):
    first = catalog(tmp_path, Entry(Message("adding/old", "Text."), "글"))
    (entry,) = update(first, messages("Text.", context="adding/new")).entries
    assert (entry.message.context, entry.translation, entry.fuzzy) == ("adding/new", "글", False)


def test_another_text_gets_no_translation(tmp_path):
    first = catalog(tmp_path, Entry(Message("adding/why", "Something about adding."), "번역"))
    (entry,) = update(first, messages("Quite different words, 7.")).entries
    assert (entry.translation, entry.fuzzy, entry.previous) == ("", False, "")


def test_the_order_is_that_of_the_lesson(tmp_path):
    first = catalog(tmp_path, *(Entry(m, "x") for m in messages("One.", "Two.", "Three.")))
    after = update(first, messages("Three.", "One.", "Two."))
    assert [entry.message.text for entry in after.entries] == ["Three.", "One.", "Two."]
    assert update(after, messages("Three.", "One.", "Two.")) == after


def test_a_language_of_a_country_has_catalogs(tmp_path):
    made = Catalog(tmp_path / "a.po", "pt-BR", (Entry(*messages("Why add"), "Por que somar"),))
    assert b'"Language: pt-BR\\n"' in dumps(made)
    (tmp_path / "a.po").write_bytes(dumps(made))
    read = read_catalog(tmp_path, (tmp_path / "a.po").relative_to(tmp_path), "pt-BR")
    assert [entry.translation for entry in read.entries] == ["Por que somar"]
