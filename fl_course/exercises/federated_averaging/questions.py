"""Questions to check oneself with, after lesson {{federated_averaging}}."""

from fl_course.exercises.questions import Choice, Question

QUESTIONS = (
    Question(
        id="half_the_server_rate",
        text="In the middle of a training, the server's learning rate is half of the usual 1.0 for "
        "one round. Where does the new model of this round lie?",
        choices=(
            Choice(
                "half-way between the old model and the mean of the clients' models",
                "The server adds half of the mean update to the old weights. With 1.0 it adds all "
                "of it, and arrives at the mean of the clients' models.",
                right=True,
            ),
            Choice(
                "at the mean of models whose clients took steps of half the length",
                "That would be half of the clients' learning rate, which is another setting. Find "
                "in the formula of the round what $\\eta$ multiplies.",
            ),
            Choice(
                "at half of the mean of the clients' models, weight by weight",
                "What the server multiplies is an update, a difference from the old model. Half of "
                "the clients' weights would come out only if all the old weights were zero.",
            ),
            Choice(
                "at the mean of the models of one half of the cohort's clients",
                "All clients of the cohort go into the mean, each by its number of examples. Find "
                "in the formula where $\\eta$ comes in.",
            ),
        ),
    ),
    Question(
        id="loss_of_the_mean",
        text="On the held-out images, the mean of the ten clients' models had a loss of 2.01 after "
        "one round, and the mean of their ten losses, weighted in the same way, was 2.52. What "
        "holds for the softmax model with any cohort?",
        choices=(
            Choice(
                "the loss of the mean model is never above the lowest of the losses",
                "One model alone can be as good as the mean model, or better. In the list of the "
                "ten, look at the losses of writers 4 and 5.",
            ),
            Choice(
                "the accuracy of the mean model is never below the mean accuracy",
                "In this round it is below: the mean model recognises 16 %, and nine of the ten "
                "models alone recognise more. The lesson's argument is about another measure.",
            ),
            Choice(
                "the difference of the two losses grows with each client that joins",
                "It depends on how differently the models lean: between ten models that are all "
                "equal and their mean there is no difference at all.",
            ),
            Choice(
                "the loss of the mean model is never above the mean of the losses",
                "The loss of this model is convex in the weights. That of a deep network is not; "
                "that averaging works for those too was found by experiment.",
                right=True,
            ),
        ),
        shown_by=("one_round_by_hand", "mean of the ten losses: 2.52"),
    ),
    Question(
        id="report_under_label_skew",
        text="With strong label skew the clients reported about 90 %, and the server's model "
        "recognised one held-out image in ten. Where does the high number come from?",
        choices=(
            Choice(
                "from the training images: they are much easier than the held-out ones",
                "Both kinds come from the same sheets. In the table of the rounds without label "
                "skew, the server's model does nearly as well on the one kind as on the other.",
            ),
            Choice(
                "from memory: after five epochs a model knows each image by heart",
                "It need not know its images for that. Look at the first line of the output, and "
                "ask with which answer a model is already right on most of them.",
            ),
            Choice(
                "from the main label: a client's model soon answers little else",
                "At every client 81 % of the images or more have one label, so this answer is "
                "nearly always right at home. The mean of ten such models helps nobody yet.",
                right=True,
            ),
            Choice(
                "from the weights: a few large clients decide the reported number",
                "`data.label_skew` makes clients of the same size, as lesson {{federated_data}} "
                "says, so none of them counts more. Ask what each of them counts at home.",
            ),
        ),
        shown_by=("label_skew", "round 1: reported 90 %, held-out 10 %"),
    ),
    Question(
        id="when_unweighted_is_ahead",
        text="Two cohorts had clients of very unequal sizes. In one of them the unweighted mean "
        "came out behind the weighted one, in the other ahead. What explains this best?",
        choices=(
            Choice(
                "the number of small clients: with more of them it falls behind",
                "Count them in the two cohorts: five of ten have little in the one, nine of ten in "
                "the other. It is ahead in the second.",
            ),
            Choice(
                "the number of images: with fewer in all it falls behind",
                "Add up what the clients keep: the cohort in which it is ahead is the one that has "
                "fewer images in all.",
            ),
            Choice(
                "the number of rounds: with more of them the two means meet",
                "After the fourth round they are far apart in both panels. Nothing in these runs "
                "shows that they would meet.",
            ),
            Choice(
                "the labels of small clients: with some missing it falls behind",
                "Clients with five images of the digits 0 to 4 pull the model away from the rest. "
                "Clients with each digit once do not, and they even out the large one's swings.",
                right=True,
            ),
        ),
        shown_by=(
            "unequal_cohorts",
            "half have little, unweighted: 44 % after 4 rounds, digits 0 to 4 82 %, 5 to 9 6 %",
        ),
    ),
    Question(
        id="fewer_bytes_to_send",
        text="A client takes part in every round of a training. Which change lowers the number "
        "of bytes that it exchanges with the server in all, if everything else stays?",
        choices=(
            Choice(
                "fewer local epochs in each of the rounds",
                "The client then computes less and sends as much as before: an update has one "
                "number for each parameter, however many steps are behind it.",
            ),
            Choice(
                "fewer rounds with more local epochs in each",
                "Each round costs the model down and an update up, and what the client does in "
                "between costs nothing. It has a limit: after long local work clients drift apart.",
                right=True,
            ),
            Choice(
                "fewer images in the dataset of the client",
                "No image is sent, so their number does not matter. Look at what is multiplied to "
                "get the 628,000 bytes.",
            ),
            Choice(
                "larger batches, so fewer steps in a round",
                "An update has the same size after many steps and after few. Look at what is "
                "multiplied to get the 628,000 bytes.",
            ),
        ),
        shown_by=("count_bytes", "a client in ten rounds: 628,000, both ways"),
    ),
)
