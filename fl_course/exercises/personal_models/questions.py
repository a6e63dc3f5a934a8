"""Questions to check oneself with, after lesson {{personal_models}}."""

from fl_course.exercises.questions import Choice, Question

QUESTIONS = (
    Question(
        id="third_way_to_number",
        text="The last five writers number their digits in a third way, `(y + 1) % 10` in the "
        "place of `9 - y`, and are measured by it. Everybody trains with a private head, as in "
        "the lesson. What becomes of the accuracies?",
        choices=(
            Choice(
                "those of the five fall, since this numbering does not swap pairs",
                "The turned numbering does swap pairs, but the argument does not need that. Read "
                "again what the last printed line says of the columns.",
            ),
            Choice(
                "those of the nine fall, since the first layer is shared with all",
                "It is shared. Ask whether what the five send for the first layer depends on what "
                "they call a digit.",
            ),
            Choice(
                "all stay as they are, since a head fits any way to number",
                "Heads begin at zero and are never averaged. A writer gets the same head with its "
                "columns in another order, and sends the same update of the first layer.",
                right=True,
            ),
            Choice(
                "all of them fall, since no label is the one that it was",
                "The nine number as ever, and the five are measured by their own labels. Ask what "
                "would have to change in a head for that.",
            ),
        ),
        shown_by=(
            "private_results",
            "last writer: one head is the other with its columns turned: True",
        ),
    ),
    Question(
        id="cosines_of_found_groups",
        text="In the world where writers are alike, somebody takes the two groups that k-means "
        "has found in fold 1, and the mean cosine of their updates is higher within the groups "
        "than between them. What does this show?",
        choices=(
            Choice(
                "little: k-means has put together what lies close together",
                "Groups that were made by closeness look close, whether they are real or not. "
                "Another draw of the images tests them: here each fold gives other groups.",
                right=True,
            ),
            Choice(
                "two real groups: the cosines of the second world show them",
                "There we compared the nine and the five, who had been fixed before. Ask from "
                "what the groups of this question were made.",
            ),
            Choice(
                "a mistake: here the two mean cosines have to be the same",
                "They are the same for the nine and the five, who were fixed without a look at "
                "the updates. Ask from what the groups of this question were made.",
            ),
            Choice(
                "a gain: a model for each group will be better than one",
                "In this world the two models have a mean of 93 %, like the one model, and 7 of "
                "14 writers are worse. See how the groups change from fold to fold.",
            ),
        ),
        shown_by=("kmeans", "alike, fold 2: 0 0 0 0 1 0 1 0 0 0 1 0 0 0"),
    ),
    Question(
        id="resting_at_the_optimum",
        text="With the three bowls and 20 local steps, Federated Averaging rests off the optimum. "
        "In which case would it rest exactly there, still with 20 local steps?",
        choices=(
            Choice(
                "if the clients took steps of half the learning rate",
                "This brings the two points nearer to each other. Put two different $h$ into the "
                "formula for $s$: the shares are still not in the ratio of the $h$.",
            ),
            Choice(
                "if the server went on for many thousands of rounds",
                "With more rounds the server comes closer to its resting point, and this point "
                "stays where it is. See the line on the 50 rounds.",
            ),
            Choice(
                "if the server went half of the way to the clients' mean",
                "Then it arrives more slowly, at the same point: where the mean of the moves is "
                "zero, half of it is zero as well.",
            ),
            Choice(
                "if the bowls of the three clients were equally steep",
                "Then $s$ is the same for all clients and cancels. The server rests at the plain "
                "mean of the bottoms, and this is the optimum of equally steep bowls.",
                right=True,
            ),
        ),
    ),
    Question(
        id="scaffold_on_equal_data",
        text="All clients have the very same images and take full batches. In what do the local "
        "steps of SCAFFOLD differ from those of Federated Averaging?",
        choices=(
            Choice(
                "they are shorter, since each client takes its $c_k$ off",
                "It takes $c_k$ off, and adds $c$. Ask what $c$ is, when all clients have walked "
                "the same path.",
            ),
            Choice(
                "in nothing, since $c_k$ and $c$ cancel at each client",
                "All walk the same path, so every $c_k$ is equal to their mean $c$, and what is "
                "left is the client's own gradient. The control variates are sent for nothing.",
                right=True,
            ),
            Choice(
                "they are more alike, since all clients add the same $c$",
                "The steps of equal clients are equal without it: the same weights, the same "
                "images, the same gradient. Ask what $c_k$ is at each of them.",
            ),
            Choice(
                "they end elsewhere, since the drift of all is undone",
                "Local steps do harm where clients pull in different directions. Ask where "
                "Federated Averaging rests if all bowls are one and the same.",
            ),
        ),
    ),
    Question(
        id="five_gain_and_nine_keep",
        text="In the world of two groups, the one model serves the nine writers better than the "
        "five. What raises the accuracy of the five without lowering that of the nine?",
        choices=(
            Choice(
                "a model for each of the two groups",
                "The groups are found by their updates, and nobody is outvoted any more: the mean "
                "is 93 %, and no writer is worse. Fine-tuning also does it, with 88 %.",
                right=True,
            ),
            Choice(
                "one model, trained with a larger $q$",
                "With this the five gain and the nine lose. Read what the nine have with $q=0$, "
                "with 1 and with 4.",
            ),
            Choice(
                "one model, trained for more rounds",
                "The same written digit has two right answers here. However long one model is "
                "trained, it gives one answer for one image.",
            ),
            Choice(
                "one model, weighted by image counts",
                "Each writer trains on 28 images. Ask in what a weighted mean differs from the "
                "plain one if all the weights are equal.",
            ),
        ),
        shown_by=(
            "group_models",
            "two groups, two models: mean 93 %, lowest 85 %, made worse 0 of 14",
        ),
    ),
)
