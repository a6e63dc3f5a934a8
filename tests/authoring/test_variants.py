import pytest
from hypothesis import given
from hypothesis import strategies as st

from fl_course.authoring.variants import BlankError, split


def test_split_keeps_indentation_and_several_lines():
    source = """\
def scale(x):
    # Pixels from 0 to 1.
    # blank: # your code
    # blank:
    # blank: if ...:
    # blank:     return ...
    y = x / 255
    return y
    # end blank


# blank: scaled = ...
scaled = scale(3)
# end blank
print(scaled)"""
    variants = split(source)
    assert variants.blanks == 2
    assert (
        variants.learner
        == """\
def scale(x):
    # Pixels from 0 to 1.
    # your code

    if ...:
        return ...


scaled = ...
print(scaled)"""
    )
    assert (
        variants.solved
        == """\
def scale(x):
    # Pixels from 0 to 1.
    y = x / 255
    return y


scaled = scale(3)
print(scaled)"""
    )


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("x = 1\n# blank: x = ...\nx = 2", 1, "not closed. Add `# end blank`"),
        ("x = 1\n# end blank", 1, "without a `# blank:` before it"),
        ("# blank: x = ...\n\n# end blank", 0, "has no solution"),
        ("# blank: a\nx = 1\n# blank: b\ny = 2\n# end blank", 2, "starts inside another one"),
        ("x = 1\n#blank: x = ...\nx = 2\n# end blank", 1, "'#blank: x = ...' is not a marker"),
        ("# blank: x\nx = 1\n# End blank", 2, "'# End blank' is not a marker"),
        ("# blank: x\nx = 1\n# end-blank", 2, "is not a marker"),
        ("# blank: x = 1\nx = 1\n# end blank", 0, "the replacement is the solution itself"),
    ],
)
def test_split_refuses(source, line, message):
    with pytest.raises(BlankError) as error:
        split(source)
    assert message in str(error.value)
    assert error.value.line == line


def test_a_comment_about_blanks_is_no_marker():
    source = "# blank images are white\n# the end, blank or not\nx = 1"
    assert split(source).solved == source


plain = st.text(st.sampled_from("ab =#x."), max_size=8).filter(lambda text: "blank" not in text)
lines = st.lists(plain, max_size=4)
solutions = st.lists(st.sampled_from(["s = 1", "    s = 2", ""]), max_size=3).map(
    lambda some: ["s = 0", *some]
)
blank = st.tuples(st.sampled_from(["", "    "]), st.lists(plain, min_size=1, max_size=3), solutions)


@given(st.lists(st.one_of(lines, blank), max_size=6))
def test_split_keeps_all_other_lines_in_order(parts):
    source, learner, solved = [], [], []
    for part in parts:
        if isinstance(part, list):
            for variant in (source, learner, solved):
                variant += part
            continue
        indent, replacement, solution = part
        source += [f"{indent}# blank: {line}" for line in replacement]
        source += [*solution, f"{indent}# end blank"]
        learner += [(indent + line.rstrip()) if line.strip() else "" for line in replacement]
        solved += solution
    variants = split("\n".join(source))
    assert variants.learner == "\n".join(learner)
    assert variants.solved == "\n".join(solved)


@given(st.text(st.sampled_from("# blank:end\n x=1")))
def test_split_gives_variants_without_markers_or_a_blank_error(source):
    try:
        variants = split(source)
    except BlankError as error:
        assert 0 <= error.line <= source.count("\n")
    else:
        assert "# end blank" not in variants.solved.split("\n")
        assert variants.blanks or variants.solved == variants.learner == source
