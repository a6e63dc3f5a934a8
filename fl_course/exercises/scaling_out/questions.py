"""Questions to check oneself with, after lesson {{scaling_out}}."""

from fl_course.exercises.questions import Choice, Question

QUESTIONS = (
    Question(
        id="half_the_chance_error",
        text="The mean update of a cohort is off by chance, and you want that error to be half as "
        "large. What does a round then take in all, by the square-root law?",
        choices=(
            Choice(
                "twice the clients, with twice the local steps",
                "Take the square root of the factor by which the cohort has grown. The error "
                "shrinks by that, and it has to be a factor of two.",
            ),
            Choice(
                "four times the clients, with four times the local steps",
                "The square root of four is two. The local steps grow in proportion to the "
                "clients, like the bytes: no part of a round gets cheaper per client.",
                right=True,
            ),
            Choice(
                "four times the clients, with twice the local steps",
                "The cost has no square root in it. See how the local steps grow in the lesson, "
                "from 10 clients to 100 and to 1,000.",
            ),
            Choice(
                "twice the clients, with four times the local steps",
                "Each client takes as many steps as before, however many others there are. And "
                "see by which factor the error shrinks with twice the clients.",
            ),
        ),
    ),
    Question(
        id="ten_hundreds",
        text="Ten rounds with 100 clients each cost as much as one round with all 1,000. Why is "
        "their model so much better?",
        choices=(
            Choice(
                "later clients start from weights that earlier ones have improved",
                "After the first hundred the server moves, and the next hundred train from there. "
                "In one large round all 1,000 train from the same first weights.",
                right=True,
            ),
            Choice(
                "clients of the ten small cohorts hold more images than all 1,000",
                "Everybody takes part once in either plan. See how the cell slices the datasets "
                "for its ten rounds.",
            ),
            Choice(
                "clients of a small cohort take more local steps than in a large one",
                "A client's steps follow from its own images and epochs, whatever the cohort is. "
                "In the lesson's count they are in proportion to the clients.",
            ),
            Choice(
                "small cohorts have updates that are closer to the mean of everybody",
                "A smaller cohort is off by more: read the figure of the distances. The round "
                "with all 1,000 is the one that they are compared with.",
            ),
        ),
        shown_by=("ten_rounds", "ten rounds with 100 clients:  76 %"),
    ),
    Question(
        id="which_change_moves_bits",
        text="A training runs a second time. In which case may the last digits of its weights "
        "differ from those of the first run?",
        choices=(
            Choice(
                "one worker has the whole cohort in both runs, four at a time in the second",
                "Whoever is done first, the worker adds the updates up in the order of the "
                "clients. The lesson compares two such runs bit by bit.",
            ),
            Choice(
                "two workers share the cohort in both runs, and one is lost in the second",
                "A fresh worker gets the same weights and the same client data, and its part "
                "takes the same place in the sum. See what the cell that kills one prints.",
            ),
            Choice(
                "two workers share the cohort in both runs, and nothing else is changed",
                "The same halves are merged in the same order, so that nothing is added up in "
                "another way. The lesson trains twice on two workers.",
            ),
            Choice(
                "two workers share the cohort in the second run, one had it in the first",
                "The updates are added up in two halves now, and a sum of floats depends on its "
                "order. The weights agree to 1e-5, and need not agree to the last digit.",
                right=True,
            ),
        ),
        shown_by=("use_two", "on two workers: the weights of one worker to 1e-5: True"),
    ),
    Question(
        id="phone_drops_out",
        text="In the lesson, the clients of a lost worker are computed again, with the same "
        "result. Why can't a server of real phones do so when a phone drops out?",
        choices=(
            Choice(
                "training on a phone is random, so a second try gives another update",
                "A client's part of a round depends on the server's weights and the client's data "
                "alone, on a phone as well. Ask who could do this part.",
            ),
            Choice(
                "the server has new weights by then, so those of the round are lost",
                "The server takes its step at the end of the round, when the updates are there. "
                "Until then it has the old weights and could send them again. Ask to whom.",
            ),
            Choice(
                "the data are on that phone alone, so nobody else can do its part",
                "In the simulation the notebook has everybody's data, and any worker can do any "
                "client's part. With phones a part is lost, and servers therefore invite more "
                "clients than they need.",
                right=True,
            ),
            Choice(
                "the phone has sent its update, so the mean would count it twice",
                "A phone that has dropped out before the end has sent no update. There is nothing "
                "that could be counted twice.",
            ),
        ),
    ),
    Question(
        id="weights_without_velocity",
        text="A training with momentum at the server saves only the weights of the model. It "
        "breaks off, and is resumed from these; each cohort depends on the number of its round "
        "alone. With what does it end, compared with a run that did not break off?",
        choices=(
            Choice(
                "other weights, since the server's velocity begins anew at zero",
                "The state holds more than the weights: also what the optimizer of the server "
                "remembers. So the whole state has to be saved.",
                right=True,
            ),
            Choice(
                "other weights, since the rounds to come meet other cohorts",
                "A cohort that depends on the number of its round alone is the same after the "
                "resume. Look for something that depends on earlier rounds.",
            ),
            Choice(
                "the same weights, since nothing else belongs to a model",
                "Nothing else belongs to the model. But the training may need more than the model "
                "to go on: see what a checkpoint of the lesson holds.",
            ),
            Choice(
                "the same weights, since a round is a pure function of them",
                "A client's part of a round is a pure function, of the server's weights and the "
                "client's data. The step of the server may depend on something else.",
            ),
        ),
    ),
)
