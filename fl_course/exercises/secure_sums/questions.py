"""Questions to check oneself with, after lesson {{secure_sums}}."""

from fl_course.exercises.questions import Choice, Question

QUESTIONS = (
    Question(
        id="twelve_work_together",
        text="Fourteen clients send their updates under masks in pairs, without second masks and "
        "without shares. Twelve of them tell the server all that they know. What do the server "
        "and the twelve then know of the two others?",
        choices=(
            Choice(
                "nothing at all, since the masks hide both",
                "The masks hide each client's numbers, but the sum of all 14 is known. Ask what "
                "is left of it when the twelve take off their own updates.",
            ),
            Choice(
                "the sum of their two updates, and no more",
                "The twelve take their own updates off the sum of all. The two have a mask in "
                "common that nobody else knows, and each of them hides behind the other.",
                right=True,
            ),
            Choice(
                "both updates, and which of the two has which",
                "The twelve know the masks that they share with the two, and can take these off. "
                "Count the seeds that one of the two has: with whom does it share them?",
            ),
            Choice(
                "both updates, but not which of the two has which",
                "For that, each update would have to come out from under its masks. Ask which of "
                "the two clients' masks the twelve do not know.",
            ),
        ),
    ),
    Question(
        id="threshold_of_two",
        text="Somebody sets the threshold of the shares to 2 instead of 10, so that the sum "
        "survives even if nearly all clients are lost. What is the price?",
        choices=(
            Choice(
                "a sum that is only roughly right, as two shares give a secret roughly",
                "With as many shares as the threshold says, a secret comes out exactly. In the "
                "cell on shares the threshold was ten: see what ten of them give.",
            ),
            Choice(
                "a sum that is lost as soon as any two of the clients drop out",
                "A sum is lost when too few are left to hand in their shares. Ask how many have to "
                "be left with this threshold.",
            ),
            Choice(
                "shares that fit together in pairs, but not if three or more come",
                "A threshold says how many shares are needed, and more of them do no harm: they "
                "all lie on the same polynomial.",
            ),
            Choice(
                "updates that can be read by the server and two clients together",
                "Two shares give each secret. So these three get a client's key and the seed of "
                "its second mask, and whoever has both can take off all its masks.",
                right=True,
            ),
        ),
        shown_by=("shares", "ten shares give the key: True"),
    ),
    Question(
        id="ruled_out_by_accuracy",
        text="A server takes the mean. One of its 14 writers may have attacked every round, as in "
        "the lesson, and in the end the model recognises about 91 % of the held-out images. "
        "Which attack can the server rule out?",
        choices=(
            Choice(
                "a sign flip, sent ten times as long",
                "With one such liar the lesson's model was left with 30 %. What wrecks a model "
                "shows in its accuracy, and what does not wreck it has to be looked for elsewhere.",
                right=True,
            ),
            Choice(
                "a label flip, as long as an honest update",
                "One such liar does hardly any harm: the lesson's model had 92 % with it, and a "
                "point more or less is nothing to go by. Compare the first numbers of the lines.",
            ),
            Choice(
                "a backdoor, as long as an honest update",
                "The lesson's model had 91 % with this attack: a backdoor leaves the accuracy "
                "where it was. Compare the first numbers of the printed lines.",
            ),
            Choice(
                "a backdoor, sent seven times as long",
                "With one such liar the lesson's model had 91 %, and 100 % of the marked images "
                "were read as a 7. Ask which of these two numbers the server can measure.",
            ),
        ),
        shown_by=("on_the_mean", "sign flip, 10 times, 1 to 4 liars: accuracy 30, 10, 10, 10 %"),
    ),
    Question(
        id="three_who_know_threes",
        text="Nobody lies. Three of 14 clients have many 3s, and the other eleven have none. For "
        "a weight of the label 3, what does the median make of their updates?",
        choices=(
            Choice(
                "it follows the three, whose numbers are the largest",
                "The largest numbers stand at the end, and a median takes the middle. Write 14 "
                "numbers in order, and mark those of the three.",
            ),
            Choice(
                "it gives the three a say of three parts in 14",
                "This is what the mean does, which loses less under label skew. How far away the "
                "numbers of the three are does not matter to a median.",
            ),
            Choice(
                "it follows the eleven, which make a 3 less likely",
                "In order, the three stand at one end, and the middle belongs to the eleven. The "
                "rule cannot tell a few who know something else from a few who lie.",
                right=True,
            ),
            Choice(
                "it lies half-way between the three and the eleven",
                "Of 14 numbers, the two in the middle count. Write the numbers in order, and see "
                "whose these two are.",
            ),
        ),
        shown_by=("skew", "median: 92, 86, 70, 39 %"),
    ),
    Question(
        id="larger_groups",
        text="Updates are summed securely within groups, and the server takes the median over the "
        "groups' means. The lesson has seven groups of two. What changes if the groups are made "
        "larger, so that there are fewer of them?",
        choices=(
            Choice(
                "clients are hidden less, and more liars can be withstood",
                "This is what happens on the way to groups of one. Ask among how many a client is "
                "hidden, and how many groups have to be spoiled for a majority.",
            ),
            Choice(
                "clients are hidden better, and more liars can be withstood",
                "The first half is right. For the second, ask how many groups have to be spoiled "
                "for a majority, if one liar spoils a whole group.",
            ),
            Choice(
                "clients are hidden less, and fewer liars can be withstood",
                "The second half is right. For the first, ask how many updates are in the sum "
                "that the server gets from a group.",
            ),
            Choice(
                "clients are hidden better, and fewer liars can be withstood",
                "A client is hidden among all of its group. But a liar spoils its whole group, "
                "and of fewer groups, fewer spoiled ones are a majority.",
                right=True,
            ),
        ),
        shown_by=("groups", "4 of 14 lie: accuracy 72 %, success 100 %"),
    ),
)
