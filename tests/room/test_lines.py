import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fl_course.exercises.codes import Progress, encode
from fl_course.room.lines import read
from tests.exercises.test_codes import PROGRESS
from tests.room.at_hand import IDS, line

ANNA = line(1, IDS[:3])
BOB = line(2, IDS[:77], {})
NAMES = ["Anna", "Dora-Lena", "김민지", "<b>Eve</b>", "山田太郎", "O'Neil", "Anna B. (Kiel)"]


def names(text):
    found, troubles, others = read(text)
    assert troubles == []
    assert others == 0
    return [(one.name, one.progress.tag) for one in found]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "form",
    [
        "{name}: {line}",
        "{name} {line}",
        "{name}\n{line}",
        "{name}:\n\n  {line}",
        "10:31 {name}: {line}",
        "[10:31:05] {name}: {line}",
        "2026-11-30 10:31 {name} {line}",
        "[30.11.26, 10:31] {name}: {line}",
        "{name}  10:31 AM\n{line}",
        "{name}\n10:31\n{line}",
        "10:31:05 From {name} to Everyone:\n\t{line}",
        "> {name}: {line}",
        "{name}: `{line}`",
        "{name}: '{line}'",
        '"{name}", "{line}"',
        "* {name}: {line} here you are",
        "[{name}] [오전 10:31] {line}",
        "2026. 11. 30. 오전 10:31, {name} : {line}",
        "2026년 11월 30일 오후 10:31, {name} : {line}",
        "午前10:31\t{name}\t{line}",
        "{name}\n  오전 10:31\n{line}",
        "{name}\n  午後 10:31\n{line}",
        "\u200e[30.11.26, 10:31:05] {name}: \u200e{line}",
        "{name} — Today at 10:31 AM\n{line}",
        "[10:31 AM]{name}: {line}",
        "10:31:05\t From  {name} : {line}",
        "{name} to Everyone 10:31 AM\n{line}",
        "{name}\n11/30 10:31 AM\n{line}",
        "{name}\nMonday 10:31 AM\n{line}",
        "{name}\n — \nToday at 10:31 AM\n{line}",
        "---- 2026년 11월 30일 월요일 ----\n[{name}] [오전 10:31] {line}",
        "2026/11/30(月)\n10:31\t{name}\t{line}",
        "30.11.26, 10:31 - {name}: {line}",
    ],
)
def test_the_name_stands_before_the_line(name, form):
    one = form.format(name=name, line=ANNA)
    assert names(one) == [(name, 1)]
    two = f"{one}\n{form.format(name='Bob Lee', line=BOB)}\n"
    assert names(two) == [(name, 1), ("Bob Lee", 2)]
    assert names(two.replace("\n", "\r\n")) == names(two)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "form",
    [
        "10:31:05 From Some Body to Everyone:\n\t{line}",  # Zoom, saved
        "10:31:05\t From  Some Body : {line}",
        "10:31:05 From Some Body to Anna (Direct Message):\n{line}",
        "Some Body to Everyone 10:31 AM\n{line}",
        "Some Body  10:31 AM\n{line}",  # Slack
        "Some Body\n  10:31 AM\n{line}",
        "[10:31 AM] Some Body\n{line}",  # Teams
        "Some Body\n11/30 10:31 AM\n{line}",
        "Some Body (Guest)\nMonday 10:31 AM\n{line}",
        "Some Body\n10:31 AM\n{line}",  # Google Meet
        "Some Body — Today at 10:31 AM\n{line}",  # Discord
        "Some Body\n — \nYesterday at 10:31 AM\n{line}",
        "[10:31 AM]Some Body: {line}",
        "[누군가] [오전 10:31] {line}",  # KakaoTalk
        "2026년 11월 30일 오전 10:31, 누군가 : {line}",
        "오늘 오전 10:31\n누군가 오전 10:31\n{line}",
        "10:31\t誰か\t{line}",  # LINE
        "30.11.26, 10:31 - Some Body: {line}",  # WhatsApp
        "\u200e[30.11.26, 10:31:05] Some Body: \u200e{line}",
    ],
)
def test_the_participants_own_name_wins_over_the_chats(name, form):
    one = form.format(line=f"{name}: {ANNA}")
    assert names(one) == [(name, 1)]
    two = f"{one}\n{form.format(line=f'Bob Lee: {BOB}')}\n"
    assert names(two) == [(name, 1), ("Bob Lee", 2)]
    assert names(two.replace("\n", "\r\n")) == names(two)


def test_the_chats_name_is_found_above_what_else_is_said():
    found, troubles, others = read(f"Anna  10:31 AM\nhere it is, at last:\n{ANNA}")
    assert [one.name for one in found] == ["Anna"]
    assert (troubles, others) == ([], 1)


def test_what_is_said_besides_is_told_once():
    talk = "Good morning\nto all of you\nMine is not ready\n"
    reading = read(f"{talk}{talk}Anna: {ANNA}\nThanks to all of you")
    assert reading.troubles == []
    assert reading.others == 7
    assert reading.about_others() == "7 lines of the text hold no line of progress."
    assert read("hello").about_others() == "One line of the text holds no line of progress."
    assert read(ANNA).about_others() == ""


def test_a_name_may_be_in_the_brackets_of_older_chats():
    assert names(f"<Anna> {ANNA}\n10:31 <Bob Lee> {BOB}") == [("Anna", 1), ("Bob Lee", 2)]


def test_names_are_no_must():
    assert names(f"{ANNA}\n{BOB}") == [("", 1), ("", 2)]
    assert names(f"{ANNA} {BOB}") == [("", 1), ("", 2)]
    assert names(f"{ANNA} Bob: {BOB}") == [("", 1), ("Bob", 2)]
    assert names(f"{ANNA} done\n{BOB}") == [("", 1), ("", 2)]
    assert names(" \n") == []


def broken_by(text, every, by):
    return by.join(text[at : at + every] for at in range(0, len(text), every))


@pytest.mark.parametrize("by", [" ", "\n", "\r\n", "\n> ", "\n  ", "\u200b", "\u00ad", "\u00a0"])
@pytest.mark.parametrize("every", [7, 40])
def test_a_chat_may_break_the_line(by, every):
    prefix, rest = BOB[:5], BOB[5:]
    text = f"Bob: {prefix}{broken_by(rest, every, by)}\nAnna: {ANNA}"
    assert names(text) == [("Bob", 2), ("Anna", 1)]


@pytest.mark.parametrize("dash", ["‐", "–", "—", "−", "-"])
def test_a_chat_may_change_the_dashes(dash):
    assert names(f"Anna: {ANNA.replace('-', dash)}") == [("Anna", 1)]
    assert names(f"Anna: {ANNA.replace('flc', 'Flc')}") == [("Anna", 1)]


@pytest.mark.parametrize("end", ["", ".", ",", "`", ")"])
def test_the_last_dash_may_be_lost(end):
    assert names(f"Anna: {ANNA[:-1]}{end}\nBob: {BOB}") == [("Anna", 1), ("Bob", 2)]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (BOB[:30], "its end is missing"),
        (BOB[:30] + "…", "its end is missing"),
        (BOB[:30] + BOB[31:], "its checksum does not fit"),
        (BOB[:30] + BOB[30:].swapcase(), "its checksum does not fit"),
        ("flc1-", "its end is missing"),
        ("flc1--", "its checksum does not fit"),
        (BOB.replace("flc1", "flc2"), "another version of the course"),
        (BOB.replace("flc1", "flc999"), "another version of the course"),
        (BOB.replace("flc1-", ""), "there is no line of progress in it"),
        ("flc" + "1" * 9999 + "-", "there is no line of progress in it"),
    ],
)
def test_a_broken_line_is_named_and_costs_no_other(wrong, why):
    found, troubles, _ = read(f"Anna: {ANNA}\nCarl: {wrong}\nBob: {BOB}")
    assert [(one.name, one.progress.tag) for one in found] == [("Anna", 1), ("Bob", 2)]
    (trouble,) = troubles
    assert trouble.number == 2
    assert "Carl" in trouble.text
    assert why in trouble.why
    assert str(trouble).startswith("Line 2 (Carl")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(PROGRESS, st.booleans(), st.integers(6, 500)), max_size=6))
def test_of_many_lines_none_is_lost(many):
    """Whole ones are read, and each broken one is told."""
    rows, whole, broken = [], [], []
    for number, (done, is_whole, place) in enumerate(many, start=1):
        text = encode(done, IDS)
        if is_whole:
            whole.append((f"Name {number}", done.tag))
        else:
            place = 5 + place % (len(text) - 6)
            text = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
            broken.append(number)
        rows.append(f"Name {number}: {text}")
    found, troubles, _ = read("\n".join(rows))
    assert [(one.name, one.progress.tag) for one in found] == whole
    assert [trouble.number for trouble in troubles] == broken


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80), st.text(st.sampled_from("flc1-–abcXYZ \n\r>:"), max_size=60))
def test_nothing_that_is_pasted_raises(before, after):
    found, troubles, _ = read(f"{before}\n{ANNA}\n{after}")
    assert [one.progress.tag for one in found] == [1]
    assert all(str(trouble) for trouble in troubles)


def test_what_turns_the_direction_of_a_text_is_left_out_of_a_name():
    assert names(f"An\u202ena\u0007 B: {ANNA}") == [("Anna B", 1)]


@pytest.mark.timeout(60)
def test_a_large_text_takes_no_long_time():
    found, troubles, _ = read(("flc1-a b c d e f g h\n" + "word " * 30 + "\n") * 500 + ANNA)
    assert len(found) == 1
    assert len(troubles) == 500  # what stands above a broken line is taken for its name


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    ("before", "others"), [("Thanks to all of you\n" * 50_000, 49_999), ("10:31 " * 20_000, 0)]
)
def test_a_long_talk_before_a_line_takes_no_long_time(before, others):
    reading = read(before + ANNA)
    assert [one.progress.tag for one in reading.lines] == [1]
    assert (reading.troubles, reading.others) == ([], others)


def test_a_line_with_nothing_in_it_is_read():
    assert names(f"Anna: {encode(Progress(0, {}), IDS)}") == [("Anna", 0)]
