"""The loss with which the generator learns to be taken for real."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found
from fl_course.exercises.judging import losses, memory, shown
from fl_course.localization import say

_MODERATE = (
    ([2.0, -1.0, 0.5],),
    ([-0.7],),
    ([1.5, -3.0, 0.2, 0.4],),
    ([0.0, 0.0],),
)
_LARGE = (([-100.0, 3.0],), ([100.0],))


def _of(scores: Any) -> np.ndarray:
    return losses.softplus(-np.asarray(scores, float))


def _right(scores: Any) -> float:
    return float(_of(scores).mean())


def _sure(scores: Any) -> np.ndarray:
    return 1 / (1 + np.exp(-np.asarray(scores, float)))


_KNOWN = {
    "saturating": [lambda scores: -float(losses.softplus(scores).mean())],
    "discriminators": [lambda scores: float(losses.softplus(scores).mean())],
    "negative": [lambda scores: -_right(scores)],
    "sum": [lambda scores: float(_of(scores).sum())],
    "log_of_mean": [lambda scores: -float(np.log(_sure(scores).mean()))],
    "sigmoid_twice": [lambda scores: _right(_sure(scores))],
    "probability": [
        lambda scores: -float(_sure(scores).mean()),
        lambda scores: float(1 - _sure(scores).mean()),
    ],
    "scores_alone": [lambda scores: -float(np.mean(scores))],
}


def _told(scores: Any) -> str:
    return say("the scores {scores}", scores=", ".join(f"{score:g}" for score in scores))


def _judge(answer: Any) -> Found:
    return losses.judge(answer, _MODERATE, _LARGE, _right, _KNOWN, _told)


def _reference() -> Any:
    from fl_course import algorithms

    return algorithms.generator_loss


EXERCISE = Exercise(
    id="generator_loss",
    expects="a function of the scores of made images that gives the generator's loss, one number",
    judge=_judge,
    reference=_reference,
    hints=(
        "Look at the discriminator's loss: one of its two parts has this form already, for other "
        "scores.",
        "The generator wants its images to be taken for real. So to them happens what happens to "
        "real images in the discriminator's loss.",
    ),
    mistakes=memory.OF_MEMORY
    | shown.OF_CASES
    | losses.OF_LOSSES
    | {
        "saturating": "This is the discriminator's part with its sign turned, the mean of the "
        "logarithm of 1 minus the sigmoid. It is flat where all scores are far below zero, where "
        "the generator has to learn most.",
        "discriminators": "This is the discriminator's own part: it gets small where made images "
        "have low scores. The generator wants high ones.",
        "negative": "The sign is wrong: this number gets smaller as the scores fall, and the "
        "generator wants them to rise.",
        "sum": "The images' losses are summed. Wanted is their mean, so that the step does not "
        "depend on how many there are.",
        "log_of_mean": "The mean is taken of the probabilities, and then one logarithm. Wanted is "
        "the mean of the logarithms: an image that is seen through must count much.",
        "sigmoid_twice": "The scores go through a sigmoid before they go into the loss, which has "
        "one itself. A score is a logit.",
        "probability": "This is made of the mean probability, without a logarithm. Its slope "
        "vanishes where scores are far below zero, as that of the loss with the turned sign does.",
        "scores_alone": "This is minus the mean score. There are GANs with such a loss; the one "
        "wanted here has the logarithm of the sigmoid.",
    },
    right="An image that is seen through has a slope of nearly -1: the worse the generator, the "
    "more it is told.",
)
