"""Questions to check oneself with, after lesson {{make_it_your_own}}."""

from fl_course.exercises.questions import Choice, Question

QUESTIONS = (
    Question(
        id="tiny_clip_bound",
        text="Somebody clips by global norm, with a bound far below the norm of every gradient. "
        "What do the local steps become?",
        choices=(
            Choice(
                "steps of length zero, since each number above the bound is set to zero",
                "Clipping multiplies a gradient by one factor; it sets no number to zero. What is "
                "the norm of the result in the formula?",
            ),
            Choice(
                "steps as before, since clipping does not change a gradient's direction",
                "The direction stays, that is right. A step has a length as well: put a large "
                "norm into the formula.",
            ),
            Choice(
                "steps by signs, since each number of a gradient is cut at the same bound",
                "Cutting each number by itself would change the direction. The global norm is one "
                "number for all tensors together, and so is the factor.",
            ),
            Choice(
                "steps of one length, since each gradient is shortened to the same norm",
                "Every gradient keeps its direction and gets the norm $c$, so a step no longer "
                "tells how steep the loss is. That is the price of a bound: it shortens honest "
                "gradients, too.",
                right=True,
            ),
        ),
    ),
    Question(
        id="gap_to_default_rate",
        text="A paper tunes its new method over many settings, and runs Federated Averaging at "
        "the learning rate of an older paper. The new method is far ahead. What can be concluded?",
        choices=(
            Choice(
                "the new method is better, since both met the same data",
                "The same data is needed, and not enough: the two had different numbers of tries. "
                "See what tries alone did for Federated Averaging in the lesson.",
            ),
            Choice(
                "little, since tuning alone can make a gap like this",
                "In the lesson, tuning led Federated Averaging from 73 % to 90 %, without any new "
                "idea. In a fair comparison every algorithm has the same number of tries.",
                right=True,
            ),
            Choice(
                "little, since both should have run at the same rate",
                "One rate for both is no fairer: the searches of the lesson did not all end at "
                "the same client rate. Something else has to be the same for all.",
            ),
            Choice(
                "the new method is better, since luck makes smaller gaps",
                "It need not be luck. See what else differs between the two runs, besides the "
                "method.",
            ),
        ),
        shown_by=("comparison_table", "label skew: FedAvg at rate 0.02 73 %, tuned 90 %"),
    ),
    Question(
        id="skew_in_one_step",
        text="All clients take one step with all of their images in one batch, and the mean is "
        "weighted by images. Now the same images are dealt out with more label skew. What becomes "
        "of the model after a round?",
        choices=(
            Choice(
                "it stays the same, apart from rounding",
                "All gradients are taken at the same weights, and their weighted mean is the "
                "gradient on all images, whoever holds them. Skew begins to matter with the "
                "second local step.",
                right=True,
            ),
            Choice(
                "it moves less, since gradients cancel",
                "They point in more different directions now. Write down what their weighted sum "
                "adds up to, image by image.",
            ),
            Choice(
                "it drifts, since clients disagree more",
                "A client drifts when it goes on from weights that only this client has reached. "
                "Count the steps that each of them takes here.",
            ),
            Choice(
                "it leans to labels that most clients hold",
                "The mean is weighted by images. How many images of each label there are in all "
                "has not changed.",
            ),
        ),
        shown_by=("fed_sgd", "FedAvg is FedSGD: True, FedAvg is centralized: True"),
    ),
    Question(
        id="length_with_momentum",
        text="The server uses FedAvgM with a momentum of 0.5, and every round brings the same "
        "mean update. How long does the step of the server become?",
        choices=(
            Choice(
                "half as long as the update",
                "The momentum halves the old velocity, and the update is added whole. Work out "
                "the first three rounds.",
            ),
            Choice(
                "exactly as long as the update",
                "It would, if the update were scaled by $1 - \\beta$; the form of the lesson does "
                "not do that. Work out the first three rounds.",
            ),
            Choice(
                "nearly twice as long as the update",
                "The velocity comes to rest where $v = 0.5 v + \\Delta$, at $v = 2 \\Delta$. So "
                "momentum also does what a larger rate does, and has to be tuned together with "
                "the rate.",
                right=True,
            ),
            Choice(
                "longer from round to round, without end",
                "It does grow in every round. Compare by how much: each time the velocity gains "
                "half of what it gained before.",
            ),
        ),
    ),
    Question(
        id="three_deals_figure",
        text="In the figure of the three deals, FedProx is the last of the four tuned algorithms "
        "on deal 1, and not on the two others. What does this show about FedProx?",
        choices=(
            Choice(
                "it is one of the better ones, since it is ahead of others on most deals",
                "See by how much it is ahead there, and how far the other lines move from one deal "
                "to the next.",
            ),
            Choice(
                "its place depends on the deal, and three deals are few",
                "The four lie a few points apart, and their order changes with the deal. To show "
                "that one of them gains a point takes many more deals.",
                right=True,
            ),
            Choice(
                "it needs more skew to be ahead than there is in deal 1",
                "All deals were made with the same `alpha` and differ in their seeds alone. The "
                "figure has no deals with more skew and with less.",
            ),
            Choice(
                "it is the worst of the four, since it fails on deal 1",
                "Nobody fails there: read the scale of the axis. And the means over the three "
                "deals have FedProx within two points of FedAvg.",
            ),
        ),
        shown_by=("comparison_runs", "FedProx: within two points of FedAvg: True"),
    ),
)
