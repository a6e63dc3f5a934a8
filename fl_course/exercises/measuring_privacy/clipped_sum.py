"""The sum of updates, each of them clipped before."""

import itertools
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import edits, formulas, given, memory, shown
from fl_course.exercises.judging.forms import is_sequence
from fl_course.localization import joined, say

Updates = list[list[np.ndarray]]

# Small enough to be printed. A single update of the norm 5, and one of the norm 3; a long one and a
# short one, in both orders and with others; and norms that have no end of digits.
_LONG, _SHORT, _TURNED = ([[3.0]], [4.0]), ([[0.6]], [0.8]), ([[-0.5]], [1.0])
_SMALL = (
    ([_LONG], 1.0),
    ([([[2.0, 0.0], [0.0, 2.0]], [1.0, 0.0])], 1.5),
    ([_LONG, _SHORT], 2.0),
    ([_SHORT, _LONG, _TURNED], 1.25),
    ([_TURNED, ([[2.0]], [-1.0]), ([[-7.0]], [1.0])], 2.0),
)
_BOUNDS = (2.0, 0.5, 1.0, 3.0, 1.0, 1.5)
# Norms of the clients' updates; each is made of a matrix and a vector.
_NORMS = (
    (5.123, 1.0, 0.317),
    (0.2, 0.4),
    (1.237, 1.237, 1.237, 1.237),
    (9.043,),
    (0.0, 4.0),
    tuple(0.333 + 0.1234 * (7 * k % 20) for k in range(20)),
)


def _updates(seed: int, norms: tuple[float, ...]) -> Updates:
    updates = [edits.like_weights(seed + k) for k in range(len(norms))]
    return [
        edits.scaled(norm / edits.norm(parts), parts)
        for norm, parts in zip(norms, updates, strict=True)
    ]


def _small() -> list[tuple[Updates, float]]:
    return [
        ([[np.array(part) for part in update] for update in updates], bound)
        for updates, bound in _SMALL
    ]


def _cases() -> list[tuple[Updates, float]]:
    return _small() + [
        (_updates(10 * number, norms), bound)
        for number, (norms, bound) in enumerate(zip(_NORMS, _BOUNDS, strict=True))
    ]


def _clip(update: edits.Arrays, bound: float, *, stretch: bool = False) -> edits.Arrays:
    norm = edits.norm(update)
    if norm == 0:
        return update
    return edits.scaled(bound / norm if stretch else min(1.0, bound / norm), update)


def _sum(updates: Updates) -> edits.Arrays:
    return [sum(parts) for parts in zip(*updates, strict=True)]


def _right(updates: Updates, bound: float) -> edits.Arrays:
    return _sum([_clip(update, bound) for update in updates])


def _by_one_factor(updates: Updates, bound: float, norm: float) -> edits.Arrays:
    """All are multiplied by the factor that belongs to one norm."""
    return edits.scaled(min(1.0, bound / max(norm, 1e-12)), _sum(updates))


def _factor_kept(updates: Updates, bound: float) -> edits.Arrays:
    """The factor of a long update stays for the short ones behind it."""
    factor, total = 1.0, []
    for update in updates:
        norm = edits.norm(update)
        factor = bound / norm if norm > bound else factor
        total.append(edits.scaled(factor, update))
    return _sum(total)


def _without_short(updates: Updates, bound: float, parts: tuple[int, ...]) -> edits.Arrays:
    """Short updates are left out of these parts of the sum."""
    return _sum(
        [
            [
                part * (k not in parts or edits.norm(update) > bound)
                for k, part in enumerate(_clip(update, bound))
            ]
            for update in updates
        ]
    )


def _clipped_on_the_way(updates: Updates, bound: float, *, each: bool) -> edits.Arrays:
    """The sum so far is clipped at every step."""
    total = edits.scaled(0.0, updates[0])
    for update in updates:
        total = _clip(_sum([total, _clip(update, bound) if each else update]), bound)
    return total


def _each_tensor(updates: Updates, bound: float) -> edits.Arrays:
    return _sum([[_clip([part], bound)[0] for part in update] for update in updates])


_KNOWN = {
    "not_clipped": [lambda updates, bound: _sum(updates)],
    "sum_clipped": [
        lambda updates, bound: _clip(_sum(updates), bound),
        lambda updates, bound: _clip(_sum(updates), bound * len(updates)),
    ],
    "clipped_on_the_way": [
        lambda updates, bound: _clipped_on_the_way(updates, bound, each=False),
        lambda updates, bound: _clipped_on_the_way(updates, bound, each=True),
    ],
    "one_factor": [
        lambda updates, bound: _by_one_factor(updates, bound, max(map(edits.norm, updates))),
        lambda updates, bound: _by_one_factor(updates, bound, np.mean([*map(edits.norm, updates)])),
        lambda updates, bound: _by_one_factor(
            updates, bound, edits.norm([*itertools.chain(*updates)])
        ),
    ],
    "factor_kept": [_factor_kept],
    "short_left_out": [lambda updates, bound: _without_short(updates, bound, (0, 1))],
    "a_part_of_the_short": [
        lambda updates, bound: _without_short(updates, bound, (1,)),
        lambda updates, bound: _without_short(updates, bound, (0,)),
    ],
    "mean": [
        lambda updates, bound: edits.scaled(1 / len(updates), _right(updates, bound)),
        lambda updates, bound: edits.scaled(1 / len(updates), _sum(updates)),
    ],
    "each_alone": [_each_tensor],
    "kernel_alone": [
        lambda updates, bound: _sum(
            [
                edits.scaled(min(1.0, bound / max(edits.norm(update[:1]), 1e-9)), update)
                for update in updates
            ]
        )
    ],
    "elementwise": [
        lambda updates, bound: _sum(
            [[np.clip(part, -bound, bound) for part in update] for update in updates]
        )
    ],
    "stretched": [
        lambda updates, bound: _sum([_clip(update, bound, stretch=True) for update in updates])
    ],
    "left_out": [
        lambda updates, bound: _sum(
            [edits.scaled(float(edits.norm(update) <= bound), update) for update in updates]
        )
    ],
    "last_only": [
        lambda updates, bound: _clip(updates[-1], bound),
        lambda updates, bound: _clip(updates[0], bound),
    ],
}


def _judge(answer: Any) -> Found:
    found, cases = [], _cases()
    one, *others = (_as_given(*case) for case in cases)
    turned = [[-part for part in update] for update in one[0]], 2.0
    if problem := memory.problem_of_calls(answer, *memory.one_by_one(one, turned), *others):
        return problem
    changed = False
    for updates, bound in cases:
        handed_in, _ = _as_given(updates, bound)
        before = [[part.copy() for part in update] for update in handed_in]
        result = run(answer, handed_in, bound)
        kept = len(handed_in) == len(before) and all(map(given.is_as_before, handed_in, before))
        changed = changed or not kept
        if is_sequence(result) and len(result) == len(updates) != 2 and is_sequence(result[0]):
            return "not_summed"
        try:
            found.append(edits.arrays(result, updates[0]))
        except edits.Odd as odd:
            return odd.mistake
    finite = [
        (parts, case)
        for parts, case in zip(found, cases, strict=True)
        if all(np.isfinite(part).all() for part in parts)
    ]
    is_right = all(edits.alike(parts, _right(*case)) for parts, case in finite)
    if len(finite) < len(cases):
        return "zero_by_zero" if is_right and finite else _shown(found, cases)
    if is_right:
        return Mistake("changed_given", name="`updates`") if changed else None
    return formulas.explained(found, cases, _KNOWN, edits.alike) or _shown(found, cases)


def _as_given(updates: Updates, bound: float) -> tuple[Updates, float]:
    return [[np.float32(part) for part in update] for update in updates], bound


def _as_python(parts: Any) -> str:
    """Updates as lists of lists."""
    if isinstance(parts, list):
        return f"[{', '.join(map(_as_python, parts))}]"
    return str(np.round(parts, 4).tolist())


def _in_words(update: edits.Arrays) -> str:
    kernel, bias = (np.round(part, 4).tolist() for part in update)
    return say("the kernel {kernel} and the bias {bias}", kernel=f"`{kernel}`", bias=f"`{bias}`")


def _shown(found: list[edits.Arrays], cases: list[tuple[Updates, float]]) -> Mistake:
    number, (result, (updates, bound)) = next(
        (number, pair)
        for number, pair in enumerate(zip(found, cases, strict=True))
        if not edits.alike(pair[0], _right(*pair[1]))
    )
    wanted = _right(updates, bound)
    if number < len(_SMALL):
        case = say(
            "`updates={updates}` and `clip_norm={bound}`", updates=_as_python(updates), bound=bound
        )
        return shown.wrong_value(case, _in_words(result), _in_words(wanted))
    part, place = edits.furthest(result, wanted)
    case = say(
        "updates with norms of {norms} and a bound of {bound}, at one number of the sum,",
        norms=joined([f"{edits.norm(update):.4g}" for update in updates]),
        bound=bound,
    )
    got, right = float(result[part][place]), float(wanted[part][place])
    return shown.wrong_value(case, got, right)


def _reference() -> Any:
    def clipped_sum(updates: Any, clip_norm: float) -> list[np.ndarray]:
        total = [np.zeros_like(part) for part in updates[0]]
        for update in updates:
            norm = np.sqrt(sum(np.sum(np.square(part)) for part in update))
            scale = min(1.0, clip_norm / norm) if norm > 0 else 1.0
            total = [so_far + scale * part for so_far, part in zip(total, update, strict=True)]
        return total

    return clipped_sum


_NOT_HERE = ("not_recorded", "fixed_number")  # updates are arrays, of two parts

EXERCISE = Exercise(
    id="clipped_sum",
    expects="a function that takes a list of updates and a bound, and gives one update: the sum "
    "of all, each of them clipped before",
    judge=_judge,
    reference=_reference,
    hints=(
        "Two loops, one in the other: over the clients, and over the tensors of an update.",
        "Each client has a factor of its own, `min(1, clip_norm / norm)`. The norm is that of all "
        "numbers of its update together.",
        "Sum over clients what is left of their updates, tensor by tensor. An update of zeros has "
        "a norm of 0, by which nothing can be divided.",
    ),
    mistakes={name: text for name, text in edits.FORM.items() if name not in _NOT_HERE}
    | given.OF_GIVEN
    | shown.OF_CASES
    | {
        "not_a_tuple": "Your function gives one value of type `{type}`. Wanted is a list or a "
        "tuple of two arrays, kernel and bias.",
        "wrong_number": "The result has {count} parts. Wanted are {wanted}: the sum of the kernels "
        "and that of the biases.",
        "wrong_shape": "A part of the result has shape {seen}, and wanted is {wanted}: that of the "
        "arrays that are added up.",
        "clipped_on_the_way": "What is clipped at every step is the sum so far. With that, the "
        "result depends on the order of the clients, and is never longer than what one of them may "
        "add.",
        "one_factor": "All updates are multiplied by the same factor. Each client has a factor of "
        "its own, from the norm of its own update: one long update must not make the others "
        "shorter.",
        "factor_kept": "A short update that comes after a long one is multiplied by the factor of "
        "the long one, which is left over from the step before. What is the factor of an update "
        "that is not too long?",
        "short_left_out": "Updates that are short enough are left out of the sum. They belong to "
        "it, as they are.",
        "a_part_of_the_short": "Of short updates only one of the two arrays gets into the sum. "
        "Which lines belong to the `if`, and which come after it?",
        "not_summed": "Your function gives one result for each client. Wanted is their sum: one "
        "update with a matrix and a vector.",
        "not_clipped": "The updates are summed as they are, however long. With that, one client "
        "can move the sum as far as it likes.",
        "sum_clipped": "You clip the sum. A single client can still turn it wherever it likes: "
        "what has to be bounded is what **each** client adds.",
        "mean": "You divide by the number of clients. Wanted is the sum: the noise comes before "
        "the division, and the division will be by another number.",
        "each_alone": "The matrix and the vector are clipped each by its own norm. Together they "
        "can still be longer than the bound. A client has one norm.",
        "kernel_alone": "The factor is that of the matrix's norm alone. The vector counts, too: an "
        "update has one norm, of all its numbers together.",
        "elementwise": "Each number is cut off at the bound. The length of an update of thousands "
        "of numbers is then hardly bounded, and its direction changes.",
        "stretched": "Short updates are stretched to the bound. A client may change little: only "
        "what is too long is shortened.",
        "left_out": "Updates that are too long are left out. They belong to the sum, shortened to "
        "the bound.",
        "last_only": "The result is the update of a single client. Is something overwritten in a "
        "loop that should be added up?",
        "zero_by_zero": "For an update of zeros the result is NaN: a zero was divided by a zero. "
        "Such a client adds nothing.",
    },
    right="Whoever comes or goes moves this sum by the bound at most. That is its sensitivity.",
)
