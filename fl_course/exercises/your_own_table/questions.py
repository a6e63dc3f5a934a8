"""Questions to check oneself with, after lesson {{your_own_table}}."""

from fl_course.exercises.questions import Choice, Question

QUESTIONS = (
    Question(
        id="mean_of_variances",
        text="Each island reports the variance of its birds' body mass, and the server takes the "
        "mean of the three, weighted by the number of birds. How does it compare with the "
        "variance over all birds?",
        choices=(
            Choice(
                "it is equal, since the weights make up for the sizes of the islands",
                "With these weights a mean of *means* is right. A variance is about distances "
                "from a mean: from which mean does each island measure them?",
            ),
            Choice(
                "it is too large, since the spread of each island is counted once more",
                "The spread within the islands belongs to the variance over all birds, too. Ask "
                "what that one holds besides.",
            ),
            Choice(
                "it is too small, since the distances between the islands are left out",
                "Biscoe has the Gentoos, which weigh more, so the means of the islands lie apart; "
                "a variance within an island knows nothing of that. With counts, sums and sums of "
                "squares nothing gets lost.",
                right=True,
            ),
            Choice(
                "it is equal, if each island divides by its $n$ and not by its $n - 1$",
                "With dozens of birds on each island, these two divisors give almost the same. "
                "Ask from which mean each island measures its distances.",
            ),
        ),
    ),
    Question(
        id="average_bird_of_each",
        text="Each island standardizes with its own mean and variance. A new island joins, on "
        "which all birds are Gentoos. What does its average bird look like to the model?",
        choices=(
            Choice(
                "like the average Gentoo of Biscoe, since both are of one species",
                "On Biscoe zero lies between the Adelies and the Gentoos, so that a Gentoo is "
                "away from zero there. Where is zero on the new island?",
            ),
            Choice(
                "like the average Adelie of Torgersen, since both are at zero",
                "On each of these islands its own mean becomes zero, in every measurement. The "
                "same numbers stand for different birds, and one model has to serve both.",
                right=True,
            ),
            Choice(
                "like an outlier, since it is heavier than most birds elsewhere",
                "In grams it is. But the model gets no grams: what is left of the body mass after "
                "standardizing?",
            ),
            Choice(
                "like no bird so far, since the model has not met this island",
                "The model meets numbers and no islands. Work out the numbers of this bird, after "
                "the mean of its own island was subtracted.",
            ),
        ),
        shown_by=(
            "three_scales",
            "own scale: 83 % of the held-out birds (Biscoe 98 %, Dream 73 %, Torgersen 56 %)",
        ),
    ),
    Question(
        id="dreams_gentoos",
        text="Dream has no Gentoos, and the model that was trained on Dream alone still gets 22 % "
        "of them right. What explains this?",
        choices=(
            Choice(
                "they look like Chinstraps, which this model knows well from home",
                "A Gentoo that looks like a Chinstrap to the model is called a Chinstrap, and "
                "that does not count as right.",
            ),
            Choice(
                "with three names to give, a guess is right about that often",
                "The model tosses no coin: the same bird gets the same name each time. See how "
                "often the two other lone models name a species that they have never met.",
            ),
            Choice(
                "a model that is good at home is also good elsewhere, if less so",
                "Torgersen's model is the test of that: compare its accuracy at home with its "
                "recall of the two other species.",
            ),
            Choice(
                "some of them lie far from Dream's birds and get the unused name",
                "The model has learned which birds are not Gentoos, and calls some distant ones "
                "by the third name. A recall above zero is no proof of knowledge.",
                right=True,
            ),
        ),
        shown_by=("recalls", "Dream, alone: Adelie 96 %, Chinstrap 100 %, Gentoo 22 %"),
    ),
    Question(
        id="drug_in_two_hospitals",
        text="In each of two large hospitals, patients who get a new drug recover more often than "
        "the others. In one table of both hospitals, they recover less often. All numbers are "
        "right. What can explain it?",
        choices=(
            Choice(
                "the hospitals are of different size and were not weighted by it",
                "In one table every patient counts once, so the sizes are in it already. Look for "
                "something that differs between the hospitals and goes with the drug.",
            ),
            Choice(
                "the table has more rows and is more exact than either hospital",
                "More rows make chance smaller, and these hospitals are large. Exact or not, the "
                "answers have opposite signs: ask which patients each of them compares.",
            ),
            Choice(
                "the drug is given more often where patients are more severely ill",
                "Then the drug's patients come mostly from the hospital where fewer recover, and "
                "the table compares hospitals rather than treatments. This is Simpson's paradox, "
                "as with the bills of the three species.",
                right=True,
            ),
            Choice(
                "the drug helps some of the patients and does harm to more of them",
                "Then it would show within a hospital, and in each of the two more patients "
                "recover with the drug than without it.",
            ),
        ),
    ),
    Question(
        id="silo_with_one_bird",
        text="The server keeps what `sums_over_silos` gave for the three islands. A new silo with "
        "a single bird joins, nothing else changes, and the sums are computed again. What can the "
        "server learn about this bird?",
        choices=(
            Choice(
                "nothing of it, since all it gets are sums over all of the silos",
                "A single result hides the new silo among the others. But the server has two "
                "results now: compare them.",
            ),
            Choice(
                "only its species, since the count of one class has gone up",
                "The sums of this program are over features and hold no label. Read off the "
                "program what each silo hands in.",
            ),
            Choice(
                "only its means, since a sum does not tell single values",
                "A sum of many values does not tell them. The new silo has one bird: compare its "
                "sum with its value.",
            ),
            Choice(
                "all its known features, since they are the change of the sums",
                "The new sums minus the old ones are the row of the bird. A secure sum would not "
                "prevent this, since the two results tell it; a least number of rows for each "
                "silo does.",
                right=True,
            ),
        ),
    ),
)
