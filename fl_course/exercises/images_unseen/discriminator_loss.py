"""The loss of telling real images from made ones."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found
from fl_course.exercises.judging import losses, memory, shown
from fl_course.localization import say

_MODERATE = (
    ([2.0, -1.0, 0.5], [0.3, -4.0]),
    ([-0.7], [1.1, 0.2, -3.0, 0.4]),
    ([1.5, 0.25], [-0.5]),
    ([0.0, 0.0], [0.0, 0.0, 0.0]),
)
_LARGE = (([-100.0, 3.0], [100.0]), ([100.0], [-100.0, 1.0]))


def _mean(scores: Any) -> float:
    return float(np.mean(losses.softplus(scores)))


def _turned(scores: Any) -> np.ndarray:
    return -np.asarray(scores, float)


def _right(real: Any, made: Any) -> float:
    return _mean(_turned(real)) + _mean(made)


def _sum(real: Any, made: Any) -> float:
    return float(losses.softplus(_turned(real)).sum() + losses.softplus(made).sum())


def _sure(scores: Any) -> np.ndarray:
    return 1 / (1 + np.exp(_turned(scores)))


_KNOWN = {
    "swapped": [
        lambda real, made: _mean(real) + _mean(_turned(made)),
        lambda real, made: _right(made, real),
    ],
    "sum": [_sum],
    "pooled": [
        lambda real, made: _sum(real, made) / (len(real) + len(made)),
        lambda real, made: 2 * _sum(real, made) / (len(real) + len(made)),
    ],
    "half": [lambda real, made: _right(real, made) / 2],
    "one_part": [
        lambda real, made: _mean(_turned(real)),
        lambda real, made: _mean(made),
    ],
    "both_real": [lambda real, made: _mean(_turned(real)) + _mean(_turned(made))],
    "negative": [lambda real, made: -_right(real, made)],
    "difference": [lambda real, made: _mean(_turned(real)) - _mean(made)],
    "sigmoid_twice": [lambda real, made: _right(_sure(real), _sure(made))],
    "scores_alone": [
        lambda real, made: float(np.mean(made) - np.mean(real)),
        lambda real, made: float(np.mean(real) - np.mean(made)),
    ],
}


def _told(real: Any, made: Any) -> str:
    return say(
        "real scores {real} and made scores {made}",
        real=", ".join(f"{score:g}" for score in real),
        made=", ".join(f"{score:g}" for score in made),
    )


def _judge(answer: Any) -> Found:
    return losses.judge(answer, _MODERATE, _LARGE, _right, _KNOWN, _told)


def _reference() -> Any:
    from fl_course import algorithms

    return algorithms.discriminator_loss


EXERCISE = Exercise(
    id="discriminator_loss",
    expects="a function of the scores of real and of made images that gives the discriminator's "
    "loss, one number",
    judge=_judge,
    reference=_reference,
    hints=(
        "Two means, one for each argument. The logarithm of a sigmoid can be written with "
        "`tf.nn.softplus`: what is `log(1 + exp(-s))` by the definition of the sigmoid?",
        "The sigmoid of a score is 1 / (1 + exp(-s)), so minus its logarithm is the softplus of "
        "-s. And 1 minus a sigmoid is the sigmoid of -s.",
        "So real scores go into the softplus with their sign turned, and made scores as they are. "
        "`tf.reduce_mean` takes the mean of each.",
    ),
    mistakes=memory.OF_MEMORY
    | shown.OF_CASES
    | losses.OF_LOSSES
    | {
        "swapped": "Real and made have changed places: this loss is small where real images have "
        "low scores and made ones high scores.",
        "sum": "The scores' losses are summed. With means, the loss does not depend on how many "
        "images there are.",
        "pooled": "All scores go into one mean. Where there are more made images than real ones, "
        "they count more: wanted are two means, one for each kind.",
        "half": "This is half of what is wanted: the two means are to be added, and not averaged.",
        "one_part": "Only one kind of images counts. The loss has a part for the real ones and a "
        "part for the made ones.",
        "both_real": "Made images are treated like real ones: their part is small where they get "
        "high scores. The discriminator should give them low ones.",
        "negative": "The sign is wrong: this number grows as the discriminator gets better, and "
        "training makes a loss smaller.",
        "difference": "The part of the made images is taken off. Both parts are to become small, "
        "so both are added.",
        "sigmoid_twice": "The scores go through a sigmoid before they go into the loss, which has "
        "one itself. A score is a logit.",
        "scores_alone": "This is a difference of mean scores. There are GANs with such a loss; "
        "the one wanted here is the cross-entropy of the task's formula.",
    },
    right="It is small where real images have high scores and made ones low scores, and 2 ln 2 "
    "where all scores are 0.",
)
