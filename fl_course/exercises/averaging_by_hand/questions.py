"""Questions to check oneself with, after lesson {{averaging_by_hand}}."""

from fl_course.exercises.questions import Choice, Question

QUESTIONS = (
    Question(
        id="passes_one_round",
        text="A test runs one round from the zero weights, and compares the loss with that of the "
        "right program. Which mistake passes this test?",
        choices=(
            Choice(
                "the server adds the updates up and takes no mean",
                "The step is then too long already in round 1, and the loss shows it: find this "
                "program in the table of the broken ones.",
            ),
            Choice(
                "the clients step along the gradient, not against it",
                "That makes the loss larger in round 1 already. The cell with the gradient tape "
                "shows what one step against the gradient does to it.",
            ),
            Choice(
                "the clients send their weights, not a difference",
                "The first weights of the server are zero, so a client's weights and its update "
                "are the same numbers in round 1. From round 2 on they differ, because what has "
                "to be subtracted is no longer zero.",
                right=True,
            ),
            Choice(
                "the server keeps its weights and adds no update",
                "The loss would stay at that of the zero weights, 2.30. The right program comes "
                "to 2.01 in one round.",
            ),
        ),
        shown_by=("run_broken", "clients return weights        2.01      0.40      7.69"),
    ),
    Question(
        id="doubled_weights",
        text="Somebody doubles the kernel and the bias of a trained softmax model. What happens "
        "on the held-out images?",
        choices=(
            Choice(
                "the accuracy stays the same, and the loss may change",
                "The largest logit remains the largest, so each image gets the same digit. The "
                "probabilities become more extreme, and the loss counts how certain the model is "
                "where it is wrong. This is why an accuracy alone can hide a mistake.",
                right=True,
            ),
            Choice(
                "the loss stays the same, and the accuracy may change",
                "The accuracy asks which of the ten logits is the largest. Try three logits of "
                "your own: does doubling all of them change which one that is?",
            ),
            Choice(
                "both stay the same, since the softmax takes ratios",
                "The softmax takes the exponential of each logit before it takes ratios. Adding "
                "the same number to all logits changes no probability; doubling them does.",
            ),
            Choice(
                "both get worse, since every prediction has changed",
                "The probabilities have changed. A prediction is the digit with the highest one: "
                "try three logits of your own, and double them.",
            ),
        ),
    ),
    Question(
        id="same_type_other_round",
        text="`weighted_next_fn` has the same type as `next_fn`. What follows from this?",
        choices=(
            Choice(
                "for the same arguments, both give the same weights",
                "A type says what kind of value comes out, not which one. The control in the "
                "figure of the differences compares the weights of these two.",
            ),
            Choice(
                "the type does not tell what the clients send up",
                "The weighted program sends the numbers of examples up as well, and no part of "
                "its type says so. What leaves a client is read in the body: it is what goes into "
                "an aggregation.",
                right=True,
            ),
            Choice(
                "the numbers of examples stay with the clients",
                "See what the weighted program hands to `federated_mean` besides the updates. A "
                "mean on the way up needs its weights there.",
            ),
            Choice(
                "in both programs, all clients count the same",
                "How clients are weighted is not part of a type. Compare the calls of "
                "`federated_mean` in the two bodies.",
            ),
        ),
        shown_by=("weighted_next_fn", "weighted_next_fn gives the same type as next_fn: True"),
    ),
    Question(
        id="if_control_agreed",
        text="In the figure of the differences, suppose that the line of the control lay below "
        "1e-6 like the two others. What would follow?",
        choices=(
            Choice(
                "that rounding adds up less in these programs than expected",
                "What rounding does is shown by the lines of programs that should be equal. The "
                "control compares two programs that differ in more than rounding.",
            ),
            Choice(
                "that a weighted mean is the same as a plain one on any data",
                "The figure has one cohort, of writers with almost the same number of images. It "
                "can say nothing about clients of very different sizes.",
            ),
            Choice(
                "that the bound of 1e-6 is too strict for weights in float32",
                "A bound that is too strict fails where it should pass. In this figure everything "
                "would have passed.",
            ),
            Choice(
                "that this test could not tell two different programs apart",
                "The control differs in how clients count, and would have passed. Then a mistake "
                "could pass as well, and the two other lines would prove nothing. In the lesson "
                "the control does fail.",
                right=True,
            ),
        ),
        shown_by=("weighted_proof", "control: unweighted and weighted: all below 1e-6: False"),
    ),
    Question(
        id="zeros_in_the_mean",
        text="A client without data joins a cohort, and its update is zeros. How does the step of "
        "the server change?",
        choices=(
            Choice(
                "unweighted it gets shorter, weighted it stays the same",
                "In the unweighted mean the zeros count like any other update, and the sum is "
                "divided by one client more. In the weighted mean their weight is 0.",
                right=True,
            ),
            Choice(
                "unweighted it stays the same, weighted it gets shorter",
                "Write down by what each mean divides. The one divides by the number of clients, "
                "the other by the number of examples.",
            ),
            Choice(
                "it gets shorter in both, since zeros are averaged in",
                "In the weighted mean, an update counts by its client's number of examples. How "
                "many are they here?",
            ),
            Choice(
                "it stays the same in both, since zeros add nothing",
                "They add nothing to the sum. A mean divides the sum as well: by what does the "
                "unweighted one divide?",
            ),
        ),
    ),
)
