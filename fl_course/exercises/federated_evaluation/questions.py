"""Questions to check oneself with, after lesson {{federated_evaluation}}."""

from fl_course.exercises.questions import Choice, Question

QUESTIONS = (
    Question(
        id="what_sums_cannot_give",
        text="Each client reports sums over its own held-out images, and the server adds them up. "
        "Which of these numbers about all held-out images can such sums not give exactly?",
        choices=(
            Choice(
                "the mean of their losses",
                "It can: each client reports the sum of its losses and the number of its images. "
                "Added up and divided, they give the mean.",
            ),
            Choice(
                "the share of 7s recognised",
                "It can, with two sums of each client: how many of its images are 7s, and how many "
                "of these the model recognises.",
            ),
            Choice(
                "the median of their losses",
                "A median depends on how the losses of all clients lie in one order, and sums do "
                "not keep that. Counts for each interval of losses give it roughly.",
                right=True,
            ),
            Choice(
                "the variance of their losses",
                "It can: the clients add up the squares of their losses as well. The number, the "
                "sum and the sum of squares are all that a variance needs.",
            ),
        ),
    ),
    Question(
        id="effect_of_taking_part",
        text="You want to know what it changes for people that they take part in the training. "
        "Which comparison answers that?",
        choices=(
            Choice(
                "one model, on held-out images of people who took part and of others",
                "The two groups are also other people. In the lesson's table the last four are "
                "below the first ten in both columns, treated alike.",
            ),
            Choice(
                "models trained with and without them, on held-out images of theirs",
                "People and images stay the same, and neither model has learned from the images. "
                "In the lesson this made about a point, and the two groups lay five points apart.",
                right=True,
            ),
            Choice(
                "one model trained with them, on their training and held-out images",
                "This shows what it changes that a model has learned from an image, the "
                "out-of-sample gap. These people took part in both cases.",
            ),
            Choice(
                "models trained with and without them, on all the images of theirs",
                "One of the two models has learned from most of these images, and so has an unfair "
                "advantage. Which images of a person are new to both models?",
            ),
        ),
        shown_by=("cost", "last four      87 %       89 %    114"),
    ),
    Question(
        id="lowest_by_chance",
        text="A model serves all clients exactly alike. In which federation would you expect the "
        "lowest accuracy of a client to be furthest below the average?",
        choices=(
            Choice(
                "few clients with many held-out images each",
                "Here luck has the least room: each accuracy rests on many images, and there are "
                "few of them among which one can be low. Compare the two cells on luck.",
            ),
            Choice(
                "few clients with few held-out images each",
                "Each accuracy can be off by several points here. But the more such numbers there "
                "are, the lower the lowest of them will be.",
            ),
            Choice(
                "many clients with many held-out images each",
                "The lowest is looked for among many here. But many images leave little to luck: "
                "with all images of a writer, the lowest by luck came closer to the average.",
            ),
            Choice(
                "many clients with few held-out images each",
                "Few images make each accuracy noisy, and among many noisy numbers the lowest is "
                "very low. So count images and clients before you say that one is served badly.",
                right=True,
            ),
        ),
        shown_by=("luck", "lowest of 14 if all were served alike: 80 % on average"),
    ),
    Question(
        id="ahead_in_a_row",
        text="After 280 steps in a row with batches of 20, centralized training is at 81 % in the "
        "mean, and the federation at 90 %. What accounts for the difference?",
        choices=(
            Choice(
                "the federation uses 14 batches side by side where the pool uses one",
                "With as many images in each step, in batches of 280, the centralized model has "
                "91 % after as many steps. So a budget has to say what runs side by side.",
                right=True,
            ),
            Choice(
                "the mean of 14 models is more accurate than one model can be",
                "One model has 95 % in the table above, and 91 % in the second line of the same "
                "output. What was changed between its two lines?",
            ),
            Choice(
                "the federation is measured on each writer's own images only",
                "Both numbers are about everybody's held-out images. At home the federated model "
                "has 90 % too, as the table shows, but that is not what is compared here.",
            ),
            Choice(
                "the pool mixes the hands of 14 writers, which no model can learn",
                "After 3,500 steps the centralized model has 95 % on everybody's images, so it can "
                "learn them. Look at what was changed between the two lines of the output.",
            ),
        ),
        shown_by=("short_training", "centralized, 280 steps, batches of 280: 91 %"),
    ),
    Question(
        id="go_on_without_momentum",
        text="The server's optimizer is plain gradient descent, without momentum. A training is "
        "stopped after round 5, and goes on from nothing but the model's weights and the number of "
        "the round, from which cohorts and shuffles follow. With which weights does it end, "
        "compared with a training on the same machine that was not stopped?",
        choices=(
            Choice(
                "with others: the running sum of the server's updates is lost",
                "The running sum belongs to momentum, and without momentum there is none. Look at "
                "what the server's optimizer remembers in the lesson, and why.",
            ),
            Choice(
                "with others: the optimizers of the clients begin afresh",
                "They do so in every round, stopped or not: a client starts from the weights that "
                "it is sent, and no client's optimizer is kept for the next round.",
            ),
            Choice(
                "with the same: a round hands on nothing but the weights",
                "All else in the state is fixed by the settings here. With an optimizer that "
                "remembers, this is not enough, so it is a good habit to keep the whole state.",
                right=True,
            ),
            Choice(
                "with others: the cohorts of the first rounds come again",
                "This happens to those who begin to count at 1 again. Here the number of the round "
                "was kept, so round 6 gets its own cohort.",
            ),
        ),
    ),
)
