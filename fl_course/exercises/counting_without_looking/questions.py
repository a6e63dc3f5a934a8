"""Questions to check oneself with, after lesson {{counting_without_looking}}."""

from fl_course.exercises.questions import Choice, Question

QUESTIONS = (
    Question(
        id="wider_first_interval",
        text="The search for the median begins with an interval from 0 to 64 instead of 0 to 32, "
        "and there are twice as many images. How many more rounds does it take to come down to "
        "the same width?",
        choices=(
            Choice(
                "none, as each round still halves the interval",
                "It does, and it begins with a wider one. Write down the widths after the first "
                "rounds, once from 32 and once from 64.",
            ),
            Choice(
                "two, one for the interval and one for the images",
                "More images give larger counts. Ask what the width after a number of rounds "
                "depends on: the lesson says it below the figure.",
            ),
            Choice(
                "twelve, as twice the interval takes twice the rounds",
                "The width does not fall by the same amount in each round, but by half. Write "
                "down the widths after the first rounds, once from 32 and once from 64.",
            ),
            Choice(
                "one, which brings the interval down to 32",
                "From there on it is the search of the lesson. Each doubling of the interval "
                "costs one round, and more images or clients cost none.",
                right=True,
            ),
        ),
        shown_by=("median", "width 0.0078"),
    ),
    Question(
        id="too_few_cells",
        text="Linear counting is tried on the 96 sonnets with 256 cells instead of 4,096. What "
        "becomes of the estimate?",
        choices=(
            Choice(
                "it gets about four times as far off, with 16 times fewer cells",
                "This is the rule for the registers of HyperLogLog. For linear counting, put 256 "
                "cells and 2,367 words into $e^{-n/m}$.",
            ),
            Choice(
                "there is none to speak of, with hardly a cell that stays empty",
                "By the formula about $e^{-9}$ of the cells stay empty, far less than one of 256. "
                "Without an empty cell there is no logarithm, and all large numbers look alike.",
                right=True,
            ),
            Choice(
                "it comes out at about 256, with each filled cell as one word",
                "The filled cells are not the estimate: of the 4,096 there were 1,778 filled, and "
                "the estimate was 2,332. Ask of what the logarithm is taken.",
            ),
            Choice(
                "it stays about as good, with a logarithm that corrects for it",
                "The logarithm makes up for words that share a cell, as long as it has something "
                "to go by. Put 256 cells and 2,367 words into $e^{-n/m}$.",
            ),
        ),
    ),
    Question(
        id="one_letter_more",
        text="In the tree with a threshold of 1,000 votes, a single client has typed "
        "*pemogikas*: the most frequent word, and one letter more. How much of it does the "
        "server see?",
        choices=(
            Choice(
                "nothing: one client is far below the threshold",
                "The threshold says which prefixes are kept. Before that, the client has voted in "
                "each round in which the beginning of its word was in the tree.",
            ),
            Choice(
                "the first eight letters: they are in the tree",
                "These eight are kept, since so many others have typed them. Ask for what the "
                "client votes in the round after that.",
            ),
            Choice(
                "all nine letters: a full stop is not asked for",
                "In round 9 the client votes for its nine letters. The vote is cut off, but the "
                "server has received it, and whether the word ends there it does not learn.",
                right=True,
            ),
            Choice(
                "all nine letters and a full stop: as with *dagu*",
                "*dagu* is the beginning of a frequent word, so that it was kept and its clients "
                "voted once more. Ask whether *pemogikas* is kept.",
            ),
        ),
        shown_by=("typed", "most frequent: pemogika 13,592"),
    ),
    Question(
        id="iblt_under_a_secure_sum",
        text="TFF's IBLT runs with `k_anonymity=5`, and a secure sum adds up the tables. What can "
        "the server know of a word that a single sonnet has handed in?",
        choices=(
            Choice(
                "the word and its count, but not whose it is",
                "The sum of the tables can be read, whoever has added them up, and the filter "
                "comes after the reading. What the secure sum hides is each sonnet's own table.",
                right=True,
            ),
            Choice(
                "the word and its count, and also whose it is",
                "Whose it is could be seen in the table of that sonnet. Ask which tables a server "
                "gets to see under a secure sum.",
            ),
            Choice(
                "nothing, as words of fewer than five are left out",
                "They are left out of what the server gives out. Compare what comes out with an "
                "argument of 1, and ask whether a sonnet handed in anything else for that.",
            ),
            Choice(
                "nothing, as a sum of tables cannot be taken apart",
                "Such a sum is made to be read backwards: a cell that only one word has hit tells "
                "the word. In the sum, the masks of a secure sum have cancelled.",
            ),
        ),
        shown_by=("iblt_all", "with k_anonymity=1: 188 words, 126 of a single sonnet"),
    ),
    Question(
        id="a_tenth_of_the_error",
        text="Epsilon stays at 1, and the typical error of the share is to become a tenth of what "
        "it is. About how many times as many clients does that take?",
        choices=(
            Choice(
                "10 times with local noise, and 10 times with central noise",
                "The two kinds do not fall alike. In the first figure, go along each pair of "
                "lines until its error is a tenth.",
            ),
            Choice(
                "10 times with local noise, and 100 times with central noise",
                "Ask with which of the two kinds each further client brings noise of its own, and "
                "whether its error falls faster or more slowly for that.",
            ),
            Choice(
                "100 times with local noise, and 10 times with central noise",
                "Local noises cancel in part only, and the error falls with the root of the "
                "number of clients. Central noise is one, and is divided by the number itself.",
                right=True,
            ),
            Choice(
                "100 times with local noise, and 100 times with central noise",
                "The two kinds do not fall alike. Central noise is added once to the sum: ask "
                "what 100 times as many clients make of its part in the share.",
            ),
        ),
    ),
)
