"""The type of the writers' datasets."""

from typing import Any

from fl_course.exercises.exercise import Exercise, Found, Mistake
from fl_course.exercises.judging import federated_numbers


def _judge(answer: Any) -> Found:
    import tensorflow_federated as tff

    if not isinstance(answer, tff.Type):
        return Mistake("not_a_type", type=type(answer).__name__)
    if not isinstance(answer, tff.FederatedType):
        inside = tff.types.contains(answer, lambda part: isinstance(part, tff.FederatedType))
        return Mistake("placed_inside" if inside else "no_placement", got=str(answer))
    if not federated_numbers.is_at_clients(answer):
        return "at_server"
    if answer.all_equal:
        return "all_equal"
    member = answer.member
    if not isinstance(member, tff.SequenceType):
        parts = list(member.children()) if isinstance(member, tff.StructType) else []
        inside = any(isinstance(part, tff.SequenceType) for part in parts)
        return "sequences_inside" if inside else Mistake("no_sequence", got=str(member))
    element, wanted = member.element, federated_numbers.example_type()
    if element.is_equivalent_to(wanted):
        return None
    if isinstance(element, tff.StructType):
        names = tff.structure.name_list_with_nones(element)
        if names == ["pixels", "label"]:
            return "other_order"
        if names == [None, None]:
            return "no_names"
    return Mistake("wrong_element", got=str(element), wanted=str(wanted))


EXERCISE = Exercise(
    id="writers_type",
    expects="the TFF type `{<label=int32,pixels=float32[28,28]>*}@CLIENTS`",
    judge=_judge,
    reference=federated_numbers.writers_type,
    hints=(
        "Read the notation from the inside out: a structure with names; the star behind it; "
        "the braces and the placement around both.",
        "The code above has the structure already: it is called `example`. The star is a "
        "`tff.SequenceType`, the rest a `tff.FederatedType`.",
        "`tff.SequenceType` takes the structure. `tff.FederatedType` takes two things: what "
        "each client has, and where, as for `float_at_clients`.",
    ),
    mistakes={
        "not_a_type": "The answer is of type `{type}`, not a type of TFF. The outermost part "
        "of the notation, `@CLIENTS`, is what `tff.FederatedType` makes.",
        "no_placement": "Your type is `{got}`, without a placement. What says that every client "
        "has such a value, at the clients?",
        "placed_inside": "Your type is `{got}`: the placement is inside another type. The braces "
        "and `@CLIENTS` are the outermost part of what is wanted.",
        "at_server": "Your type is placed at the server: one dataset at one place. The data of "
        "the writers is at the clients.",
        "all_equal": "Your type says that all clients have the same dataset: there are no "
        "braces around it. Every writer has a dataset of its own.",
        "no_sequence": "Each client has one `{got}` in your type. It should be a dataset: any "
        "number of these, one after another. Which part of the notation says that?",
        "sequences_inside": "In your type each client has two sequences, one of labels and one "
        "of pixels. A dataset is one sequence, and each of its elements has a label and "
        "pixels.",
        "other_order": "The order of the names is the other way round: `pixels` first. In TFF "
        "the order is part of the type.",
        "no_names": "The two parts of an element have no names in your type. An "
        "`OrderedDict` gives them names.",
        "wrong_element": "An element of your sequence is `{got}`. Wanted: `{wanted}`. Compare "
        "names, number types and sizes.",
    },
    right="Read aloud: at every client a dataset of its own, whose elements have a label and "
    "28 by 28 pixels. How many clients or elements there are is not part of the type.",
)
