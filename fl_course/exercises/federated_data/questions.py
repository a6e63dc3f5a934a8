"""Questions to check oneself with, after lesson {{federated_data}}."""

from fl_course.exercises.questions import Choice, Question

QUESTIONS = (
    Question(
        id="writers_mixed_up",
        text="All images of the 14 writers are mixed and dealt out at random to 14 new clients, "
        "the training images and the held-out ones alike. How often does the nearest mean image "
        "now find the client that holds a held-out image?",
        choices=(
            Choice(
                "in about 60 % of the cases: the same people wrote the images",
                "They did, but each client now holds images of all of them. What was recognised in "
                "the lesson was the hand of one person.",
            ),
            Choice(
                "in about 7 % of the cases: clients no longer differ in style",
                "All clients now have one and the same distribution: the data is IID. No guess can "
                "beat chance, which is one in 14.",
                right=True,
            ),
            Choice(
                "in about 10 % of the cases: there are ten digits to choose from",
                "The digit of the image is known in this test, and the guess is about the client. "
                "Count what there is to choose from.",
            ),
            Choice(
                "in 0 % of the cases: mixed mean images tell nothing of a client",
                "They tell nothing, that is right. But then the guess is left to chance, and "
                "chance is right now and then.",
            ),
        ),
        shown_by=("measure_feature_skew", "by chance 7 %"),
    ),
    Question(
        id="steps_at_right_angle",
        text="For the weights of label 1, the first steps of writers 1 and 7 have a cosine of "
        "-0.06. What does this say about the two steps?",
        choices=(
            Choice(
                "they cancel: their mean leaves the weights where they were",
                "For that they would have to point in opposite directions, with a cosine near -1. "
                "Look up what the lesson says of a cosine of 0.",
            ),
            Choice(
                "they agree: their directions differ by a very small angle",
                "Two directions that hardly differ have a cosine near 1; the 0.78 of writers 0 and "
                "1 comes closer to that. The cosine is not the angle itself.",
            ),
            Choice(
                "they are short: the two writers have few images of a 1",
                "The lengths of the two steps are divided out of a cosine. And the label counts in "
                "the lesson show that every writer has about ten images of each digit.",
            ),
            Choice(
                "they are unrelated: a step for one hardly helps the other",
                "They are almost at a right angle, because these writers shape the 1 differently. "
                "In the mean of these two steps, each writer is left with about half of its own.",
                right=True,
            ),
        ),
        shown_by=("first_steps", "weights of label 1, writer_01 and writer_07: -0.06"),
    ),
    Question(
        id="alpha_of_a_paper",
        text="A paper makes label skew as Hsu, Qi and Brown define it, with ten labels and an "
        "alpha of 1. Which alpha makes `data.label_skew` deal in the same way?",
        choices=(
            Choice(
                "0.1, because their alpha is spread over all ten labels",
                "Ours is the parameter of each label, and of theirs each label gets a tenth. "
                "Alphas of two papers can be compared only when both definitions are known.",
                right=True,
            ),
            Choice(
                "1, because both draw from a Dirichlet distribution",
                "They do, but the two definitions do not count its parameter in the same way. Read "
                "the two cautions below the three heat maps again.",
            ),
            Choice(
                "10, because our alpha has to serve for all ten labels",
                "This goes in the other direction, and makes the shares far more even than in the "
                "paper. In which of the two definitions does one deal have the larger alpha?",
            ),
            Choice(
                "none, because the two definitions cannot be converted",
                "Both are about the same Dirichlet shares, and for ten labels a fixed factor lies "
                "between the two numbers. It stands below the three heat maps.",
            ),
        ),
    ),
    Question(
        id="batches_before_shuffle",
        text="The dataset of a client with 100 examples is prepared like this: "
        "`dataset.batch(20).shuffle(1000).repeat(5)`. What is wrong with its batches?",
        choices=(
            Choice(
                "an example can come a second time before others have come once",
                "This is what `repeat` before `shuffle` does. Here the shuffle comes first, so "
                "one epoch is over before the next begins.",
            ),
            Choice(
                "each of the five epochs ends in a batch that is not quite full",
                "This can happen where `batch` comes before `repeat`, but 100 examples fill five "
                "batches of 20. Look at what `shuffle` is given in this order.",
            ),
            Choice(
                "the same 20 examples are together in a batch in every epoch",
                "Here the elements that `shuffle` mixes are whole batches: they change places, and "
                "inside each of them nothing moves.",
                right=True,
            ),
            Choice(
                "the examples are mixed with neighbours only, by a small buffer",
                "A buffer of 1000 elements has room for all that comes here. Look at what one "
                "element is when `shuffle` gets it.",
            ),
        ),
        shown_by=("repeat_and_batch", "batch, shuffle: [2, 3] [4, 5] [0, 1]"),
    ),
    Question(
        id="same_draw_for_both",
        text="Two algorithms are compared over ten rounds. For both, `data.sample_clients` draws "
        "the cohorts, with the same seed and the number of the round. What does that ensure?",
        choices=(
            Choice(
                "that all clients take part in the same number of rounds",
                "This is left to chance. Look at the totals at the right of the figure of cohorts: "
                "they differ from client to client.",
            ),
            Choice(
                "that both algorithms get the same clients in each round",
                "The same seed and round always give the same cohort. So a difference between the "
                "two results does not come from who took part.",
                right=True,
            ),
            Choice(
                "that one and the same cohort takes part in all rounds",
                "The number of the round goes into the draw, so the cohort changes. See how many "
                "clients rounds 0 and 1 share.",
            ),
            Choice(
                "that a client shuffles its examples alike in each round",
                "In which order a client meets its examples is for the seed of `shuffle` to say. "
                "This seed says who takes part.",
            ),
        ),
        shown_by=("sample_cohorts", "round 0 drawn again is the same: True"),
    ),
)
