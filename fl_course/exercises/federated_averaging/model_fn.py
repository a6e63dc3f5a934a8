"""A function that makes a model of TFF's."""

import collections
import itertools
from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Mistake, run
from fl_course.exercises.judging import forms, reference, shown
from fl_course.localization import say

_MORE_CALLS = 4


def _judge(answer: Any) -> Any:
    import tensorflow as tf
    import tensorflow_federated as tff

    from fl_course import models

    for kind, name in (
        (tff.learning.models.VariableModel, say("a TFF model")),
        (tff.learning.models.FunctionalModel, say("a functional model")),
        (tf.keras.Model, say("a Keras model")),
    ):
        if isinstance(answer, kind):
            return Mistake("called", kind=name)

    model, another = run(answer), run(answer)
    if isinstance(model, tf.keras.Model):
        return "keras_model"
    if isinstance(model, tff.learning.models.FunctionalModel):
        return "functional_model"
    if not isinstance(model, tff.learning.models.VariableModel):
        return OTHER
    made = [model, another]
    made += [run(answer) for _ in range(_MORE_CALLS)]  # a store of models would run out
    for one, other in itertools.combinations(made, 2):
        if one is other:
            return "same_object"
        if _shares(one.trainable_variables, other.trainable_variables):
            return "captured_model"
        if _shares(one.local_variables, other.local_variables):
            return "captured_metric"

    if [list(v.shape) for v in model.trainable_variables] != [[784, 10], [10]]:
        return Mistake("other_model", count=forms.size(model.trainable_variables))
    if any(np.any(v.numpy()) for v in model.trainable_variables):
        return "not_zero"
    seen, wanted = (_type_of(spec) for spec in (model.input_spec, models.input_spec()))
    if seen != wanted:
        return Mistake("input_spec", seen=seen, wanted=wanted)
    return _judge_forward_pass(model)


def _judge_forward_pass(model: Any) -> Any:
    """Loss and accuracy on a batch, with weights for which no two losses agree by chance."""
    import tensorflow as tf

    rng = np.random.default_rng(3)
    inputs = rng.random((20, 784), dtype=np.float32)
    kernel = rng.normal(0, 0.1, (784, 10)).astype(np.float32)
    bias = rng.normal(0, 1.0, 10).astype(np.float32)
    probabilities = reference.softmax(inputs @ kernel + bias)
    # Every label once, and half of the images recognised.
    labels = np.r_[np.arange(10), probabilities[10:].argmax(axis=1)].astype(np.int32)
    for variable, value in zip(model.trainable_variables, (kernel, bias), strict=True):
        variable.assign(value)

    def measure(x: Any, y: Any) -> Any:
        output = model.forward_pass(collections.OrderedDict(x=x, y=y))
        return output.loss, model.report_local_unfinalized_metrics()

    try:
        # Recorded as TFF records it: in eager mode Keras would forgive a loss on logits. (And a
        # recording that is made by hand is not counted as one more for which TensorFlow warns.)
        recording = tf.function(measure).get_concrete_function(
            *(tf.TensorSpec.from_tensor(tf.constant(array)) for array in (inputs, labels))
        )
        loss, metrics = recording(tf.constant(inputs), tf.constant(labels))
    except Exception:
        return "parts_do_not_fit"

    wanted = _cross_entropy(probabilities, labels)
    loss = float(loss)
    if abs(loss - _cross_entropy(reference.softmax(probabilities), labels)) < 1e-3:
        return "from_logits"
    if abs(loss - wanted) > 1e-3:
        return Mistake("wrong_loss", seen=f"{loss:.2f}", wanted=f"{wanted:.2f}")
    name = "sparse_categorical_accuracy"
    if name not in metrics:
        return Mistake("no_accuracy", names=", ".join(f"`{known}`" for known in metrics))
    total, count = (float(value) for value in metrics[name])
    right = float(np.mean(probabilities.argmax(axis=1) == labels))
    if abs(total / count - right) > 1e-6:
        got, wanted = shown.in_digits(total / count, right)
        return Mistake("wrong_accuracy", got=got, wanted=wanted)
    return None


def _shares(some: Any, others: Any) -> bool:
    return bool({id(variable) for variable in some} & {id(variable) for variable in others})


def _type_of(input_spec: Any) -> str:
    import tensorflow_federated as tff

    return tff.types.tensorflow_to_type(input_spec).compact_representation()


def _cross_entropy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    return float(-np.log(probabilities[np.arange(len(labels)), labels]).mean())


def _reference() -> Any:
    from fl_course import models

    return models.variable_model_fn()


EXERCISE = Exercise(
    id="model_fn",
    expects="a function without arguments that returns a new "
    "`tff.learning.models.VariableModel` around the softmax model at each call",
    judge=_judge,
    reference=_reference,
    hints=(
        "The function of the failing cell is nearly what is wanted. What in it exists only "
        "once, however often the function is called?",
        "Make the Keras model in the first line of the body, with `models.softmax_model()`, "
        "and use that name in `from_keras_model`.",
        "The second line of the body returns the call of the failing cell: same loss, same "
        "`input_spec`, same list of metrics, and the new model as the first argument.",
    ),
    mistakes={
        "called": "This is {kind} and not a function. TFF calls the function itself, whenever "
        "it makes a recording: hand over the name without parentheses.",
        "keras_model": "The function returns a Keras model. TFF wants it together with loss, "
        "input spec and metrics: what does `from_keras_model` return?",
        "functional_model": "This is the functional model of the next section. Wanted here is "
        "what `from_keras_model` returns.",
        "captured_model": "Two calls return models with the same variables, so both hold one Keras "
        "model: either it was made outside the function, or it is kept from one call to the next. "
        "A recording could not have variables of its own. Where is the Keras model made, and when?",
        "same_object": "Two calls return the very same object, so it is kept from one call to the "
        "next: outside the function, or by something like `functools.cache`. A recording could not "
        "have variables of its own. Make a new Keras model, and a new TFF model, at each call.",
        "wrong_accuracy": "Under `sparse_categorical_accuracy` the model reports {got} on a batch "
        "of ours; the share of images whose label has the largest probability is {wanted}.",
        "captured_metric": "The Keras model is new at each call, but two calls share the "
        "variables in which a metric counts. Is the metric object made inside the function?",
        "other_model": "The trainable parameters should be a matrix [784, 10] and a vector "
        "[10], 7,850 numbers; your model has {count} in other shapes. Which function of "
        "`models` makes the softmax model?",
        "not_zero": "The shapes are right, but the weights do not start at zero, so your "
        "numbers would not be those of the text. `models.softmax_model()` starts at zero.",
        "input_spec": "The input spec says that a batch is `{seen}`, and the cohort's batches "
        "are `{wanted}`, where `?` stands for any size. Which name holds the `element_spec` of "
        "a client's dataset?",
        "parts_do_not_fit": "The parts do not work together on a batch of integer labels from "
        "0 to 9. Are loss and metric the ones that Keras calls *sparse*?",
        "from_logits": "The loss takes the model's outputs for logits and applies a softmax to "
        "them again. This model's outputs are probabilities: check the loss' arguments.",
        "wrong_loss": "On a batch of ours the loss is {seen}, and mean cross-entropy is "
        "{wanted}. Which loss did the failing cell take?",
        "no_accuracy": "The clients would report {names}. The cells below read "
        "`sparse_categorical_accuracy`: look at the argument `metrics`.",
    },
    right="Each call makes a Keras model, and variables, of its own: TFF can record it as "
    "often as it needs to.",
)
