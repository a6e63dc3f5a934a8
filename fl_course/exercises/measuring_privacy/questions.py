"""Questions to check oneself with, after lesson {{measuring_privacy}}."""

from fl_course.exercises.questions import Choice, Question

QUESTIONS = (
    Question(
        id="failed_attack_means",
        text="A membership attack on a private training has an area of about 0.5, in each of "
        "three trainings. What may be said?",
        choices=(
            Choice(
                "no attack finds members, since this one does no better than a coin",
                "One attack has been tried. Compare, in the lesson, the advantage that it had "
                "with the largest one that the guarantee allows to any attack.",
            ),
            Choice(
                "no member can be found, since three trainings have the same result",
                "They agree about this attack on these clients. More trainings make that more "
                "certain, and say nothing about other attacks.",
            ),
            Choice(
                "half of the members are found, since the area says how many are",
                "The area is no share of members. It is the chance that a member scores higher "
                "than somebody else, and a coin has 0.5.",
            ),
            Choice(
                "this attack does no better than a coin, and another one still might",
                "At noise 2 this attack had an advantage of 0.18, where the guarantee allows 0.55 "
                "to some attack. An attack can show that a claimed guarantee is wrong, and cannot "
                "show that one holds.",
                right=True,
            ),
        ),
        shown_by=("bounds", "noise 2.0: advantage 0.18, allowed 0.55"),
    ),
    Question(
        id="server_reads_labels",
        text="A service trains by the recipe of this lesson, with an $\\varepsilon$ of 1.2. It "
        "writes: *Not even our server can tell which labels a client has.* What is wrong?",
        choices=(
            Choice(
                "$\\varepsilon$ is too large: below 1, the sentence would be true",
                "A smaller $\\varepsilon$ promises more about what the server publishes. Ask what "
                "the server has seen before it publishes anything.",
            ),
            Choice(
                "the noise comes late: the server gets the updates without it",
                "Central privacy trusts the server. Each update reaches it clipped and without "
                "noise, and its ten numbers of bias tell of the labels. The $\\varepsilon$ is "
                "about those who see what is published.",
                right=True,
            ),
            Choice(
                "the clip norm is too large: a small one would hide the labels",
                "Clipping multiplies the whole update by one factor. The ten numbers of the bias "
                "keep their signs and their proportions, whatever the bound is.",
            ),
            Choice(
                "the labels are safe: what the server can tell is who took part",
                "Clients send their updates to the server, so who takes part it knows in any "
                "case. Ask what else it can tell from the update of one client.",
            ),
        ),
        shown_by=("labels_read", "read, 1 step:   1   2   4  26  22  28   0  27   6   0"),
    ),
    Question(
        id="quoted_for_a_coin",
        text="A program draws exactly 120 of 3,383 clients in each of 100 rounds, with noise of "
        "1.2 clip norms and a $\\delta$ of $10^{-5}$. Its report states an $\\varepsilon$ of "
        "1.71. Which objection is right?",
        choices=(
            Choice(
                "the 1.71 is for cohorts that are drawn by a coin for each client",
                "It belongs to another algorithm, and to a neighbour who is missing. For exactly "
                "120, with a client replaced and this noise, it is 14.09. How cohorts are drawn "
                "is part of the statement.",
                right=True,
            ),
            Choice(
                "the 1.99 of Rényi accounting is larger and thus the one to state",
                "Of two upper bounds for the same training the smaller may be stated. Ask first "
                "for which training these two hold.",
            ),
            Choice(
                "the 1.71 is too large, since a round sees only a few of the clients",
                "That few are seen in a round is in the number already: the accountant was given "
                "cohort and clients. See what else it has to know.",
            ),
            Choice(
                "the 1.71 says nothing without the accuracy that the model reached",
                "What a guarantee costs is another question. An $\\varepsilon$ comes with four "
                "things, and the accuracy is none of them.",
            ),
        ),
        shown_by=(
            "three_epsilons",
            "exactly 120, a client replaced, noise 1.2 clip norms:      14.09",
        ),
    ),
    Question(
        id="few_clients_lose_more",
        text="At noise 2, with the same $\\varepsilon$, 100 clients lose many points of accuracy "
        "and 1,000 clients lose one. Why?",
        choices=(
            Choice(
                "100 clients have too few images to train a model as good",
                "Read their line where there is little noise: with the same images it starts as "
                "high as the other, or nearly so.",
            ),
            Choice(
                "each of the 100 clients takes part in more of the rounds",
                "Every client takes part in a round with the same probability, a tenth, whether "
                "they are 100 or 1,000.",
            ),
            Choice(
                "the sum of 100 clients is shorter, with noise of the same size",
                "The noise on the sum is the same for both, and the sum of ten times the clients "
                "is about ten times as long. In the mean, the server's noise shrinks like $1/n$.",
                right=True,
            ),
            Choice(
                "1,000 clients have a weaker promise and so get less noise",
                "The promise is the same, as the question says, and so is the noise: it follows "
                "from noise multiplier and clip norm, and not from the number of clients.",
            ),
        ),
        shown_by=(
            "sweep",
            "noise 2.0: epsilon  1.2; accuracy with 1,000 clients 91 %, with 100 74 %",
        ),
    ),
    Question(
        id="phone_and_tablet",
        text="A training states $\\varepsilon$ and $\\delta$ for a client. Some people take part "
        "with a phone and a tablet, as two clients. What makes the two numbers hold for a person?",
        choices=(
            Choice(
                "to draw a person's two devices in different rounds only",
                "If the person stays away, both devices are missing, each from its own rounds. "
                "Who sees the model after every round sees the traces of both.",
            ),
            Choice(
                "to make a person's two devices one client, clipped once",
                "The guarantee is about one client, so the client has to be the person. Without "
                "that it fades with each device: persons with ten clients were found in the "
                "lesson, with an area of 0.93, those with one were not.",
                right=True,
            ),
            Choice(
                "to add the updates of the two devices in a secure sum",
                "A secure sum hides the parts, and not what the sum tells. With two clipped "
                "updates the person still moves the sum by up to twice the bound.",
            ),
            Choice(
                "to state the same $\\varepsilon$ with a $\\delta$ that is smaller",
                "The two belong together: for one training, a smaller $\\delta$ comes with a "
                "larger $\\varepsilon$. And what is stated changes nothing about the training.",
            ),
        ),
        shown_by=("doubles_attack", "persons with 10 clients: area 0.93"),
    ),
)
