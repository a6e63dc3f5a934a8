from fl_course.exercises.codes import State
from fl_course.room.lines import read
from fl_course.room.people import Room, notes, solved_by, stuck_at
from tests.room.at_hand import IDS, line

FIRST, SECOND, THIRD = IDS[:3]


def people(*texts):
    room = Room()
    for text in texts:
        found = read(text)
        assert found.troubles == []
        room.add(found.lines)
    return room.people()


def test_who_pastes_again_replaces_the_former_line():
    once = f"Bob: {line(2, [FIRST])}\nanna: {line(1, [], {FIRST: 2})}"
    (anna, bob) = people(once, f"Anna: {line(1, [FIRST, SECOND])}")
    assert (anna.name, anna.lines) == ("Anna", 1)
    assert anna.states == {FIRST: State(True, 1), SECOND: State(True, 1)}
    assert bob.states == {FIRST: State(True, 1)}
    assert people(once, once) == people(once)


def test_without_a_name_too():
    first = line(7, [FIRST])
    (one, two) = people(f"{first}\n{line(8, [FIRST])}\n{line(7, [FIRST, SECOND])}")
    assert (one.name, two.name) == ("Participant 1", "Participant 2")
    assert len(one.states) == 2
    (named, other) = people(f"{first}\n{line(8)}", f"Anna: {first}", first)
    assert (named.name, other.name) == ("Anna", "Participant 2")


def test_without_the_files_tag_the_name_tells():
    (anna,) = people(f"Anna: {line(0, [FIRST, SECOND])}\nAnna: {line(0, [THIRD])}")
    assert anna.states == {THIRD: State(True, 1)}
    assert len(people(f"{line(0, [FIRST])}\n{line(0, [SECOND])}\n{line(0, [FIRST])}")) == 2


def test_lines_of_one_name_from_several_machines_are_put_together():
    """On Colab each notebook is a machine of its own."""
    (anna,) = people(
        f"Anna: {line(1, [FIRST], {SECOND: 4})}\nAnna: {line(2, [SECOND], {FIRST: 5, THIRD: 1})}"
    )
    assert anna.states == {FIRST: State(True, 1), SECOND: State(True, 1), THIRD: State(False, 1)}
    assert notes([anna]) == [
        "Anna: lines of 2 machines, put together. If these are two people, give them two names."
    ]
    (named_anew,) = people(f"Anna: {line(1, [FIRST])}", f"Anna K: {line(1, [FIRST])}")
    assert (named_anew.name, named_anew.lines) == ("Anna K", 1)


def test_stuck_is_who_has_tried_three_times_in_vain():
    everybody = people(
        f"A: {line(1, [SECOND], {FIRST: 2})}\nB: {line(2, [SECOND], {FIRST: 3})}\n"
        f"C: {line(3, [FIRST], {SECOND: 7})}"
    )
    assert [person.name for person in stuck_at(everybody, FIRST)] == ["B"]
    assert [person.name for person in stuck_at(everybody, SECOND)] == ["C"]
    assert stuck_at(everybody, THIRD) == []
    assert solved_by(everybody) == {SECOND: 2, FIRST: 1}


def test_another_version_of_the_course_is_told():
    text = line(1, [FIRST, "of_theirs"], ids=[*IDS, "of_theirs"])
    (anna,) = people(f"Anna: {text}")
    assert anna.states == {FIRST: State(True, 1)}
    (note,) = notes([anna])
    assert note.startswith("Anna has a course with other exercises")
    assert note.endswith("Exercises tried there that are not here: 1.")


def test_the_room_can_be_emptied():
    room = Room()
    room.add(read(line(1))[0])
    room.clear()
    assert room.people() == []
