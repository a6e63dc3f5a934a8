"""Questions to check oneself with, after lesson {{flower_processes}}."""

from fl_course.exercises.questions import Choice, Question

QUESTIONS = (
    Question(
        id="client_app_returns_updates",
        text="A ClientApp returns its update, the trained weights minus those that it got. The "
        "rest is as in the lesson: Flower's `FedAvg`, and zeros to begin with. What does the "
        "training do?",
        choices=(
            Choice(
                "it is right in round 1 only; then each model is a mean update",
                "From zeros, an update is the trained weights. In round 2 the mean update takes "
                "the place of the model, and what the clients started from is missing in it.",
                right=True,
            ),
            Choice(
                "it is wrong in round 1 already; a mean update is no model",
                "In general it is none. But look at what the clients get in round 1, and what is "
                "left of the trained weights when that is taken off.",
            ),
            Choice(
                "it is right in all rounds; the strategy adds the mean update",
                "TFF's server does this. Look up what Flower's strategy makes of the arrays in "
                "the replies; you have written that part yourself.",
            ),
            Choice(
                "it is refused in round 1; the strategy expects the weights",
                "An update has the shapes of the weights, and nothing else is looked at. In "
                "Flower, what a message means is up to your code.",
            ),
        ),
    ),
    Question(
        id="stranger_with_the_certificate",
        text="A stranger gets hold of the SuperLink's address and of the certificate of our "
        "authority. What can the stranger do in the network of this lesson?",
        choices=(
            Choice(
                "read on the way what the other clients send",
                "On the way the messages are encrypted, and a certificate does not open them. It "
                "is made to be given to everybody.",
            ),
            Choice(
                "receive weights in the place of the SuperLink",
                "Clients break off if a program only pretends to be the SuperLink. The "
                "authority's certificate lets one check a signature, and does not let one sign.",
            ),
            Choice(
                "take part in a training as one more client",
                "TLS shows a client who the SuperLink is, and nobody asks who the client is. For "
                "that, each SuperNode needs a key of its own, registered before.",
                right=True,
            ),
            Choice(
                "nothing, as no SuperNode is registered for it",
                "Between hospitals it should be so. Look up in the last section what decides here "
                "who is a client.",
            ),
        ),
        shown_by=("tls", "TLS, our authority: answer 200"),
    ),
    Question(
        id="tolerance_at_twice_the_rate",
        text="The comparison of Flower and TFF is repeated with twice the rate of 0.02. Can the "
        "tolerance be argued for as before?",
        choices=(
            Choice(
                "yes, if it is doubled: each step is twice as long now",
                "A long step is rounded once, as a short one is, and the bound for it depends on "
                "the weight. Look at what stands before the exercise about the rate.",
            ),
            Choice(
                "no, the bound is gone: errors may grow from step to step",
                "Twice 0.02 is above 0.032, and from there on a step may lead weights apart. They "
                "may agree all the same, but the argument no longer says so.",
                right=True,
            ),
            Choice(
                "yes, as it stands: the formula does not hold the rate",
                "It does not, but it adds up the errors of all steps as if none of them grew. "
                "Look up what the lesson asks of the rate for that.",
            ),
            Choice(
                "no, it is too small: longer steps are rounded more often",
                "Each weight is rounded once a step, when it is stored, whatever the length of "
                "the step. Ask what becomes of an error in the steps after it.",
            ),
        ),
        shown_by=("not_apart", "errors do not grow below a rate of 0.032"),
    ),
    Question(
        id="what_the_audit_leaves_open",
        text="`network.opened()` shows that each node has opened the file of its own writer, and "
        "the SuperLink none. Which of these can have happened all the same?",
        choices=(
            Choice(
                "a node has opened a foreign file with Python, for an instant",
                "The hook is told of each file that Python opens, however soon it is closed "
                "again. The file would stand in the line of this node.",
            ),
            Choice(
                "the ServerApp has opened a client's file before round 1",
                "`flower.start` has put the hook into all processes, those at the server too, "
                "and before any app runs. Their line would name the file.",
            ),
            Choice(
                "a node has opened a foreign file in one of the rounds only",
                "The list is about all that the processes have opened since they were started. "
                "The line of this node would name two files.",
            ),
            Choice(
                "a ClientApp has sent the images of its own file in a reply",
                "The list says who has opened a file, and nothing of what goes into a message. "
                "For that, somebody has to read the ClientApp before it runs.",
                right=True,
            ),
        ),
        shown_by=("opened", "SuperLink: none"),
    ),
    Question(
        id="hangs_with_signs_of_life",
        text="In round 2 the ClientApp of `writer_02` hangs for ever, but its SuperNode runs on "
        "and gives its signs of life. Two clients are enough for the run. What does the server "
        "do?",
        choices=(
            Choice(
                "it goes on with two replies after 20 seconds",
                "This is how long a node may be silent before it is taken for gone. Ask whether "
                "this one is silent.",
            ),
            Choice(
                "it goes on with two replies after its timeout",
                "The timeout of `strategy.start` is an hour by default; then the missing reply is "
                "left out. A shorter one would shut out clients that are slow.",
                right=True,
            ),
            Choice(
                "it ends the run with an error after round 2",
                "To the server a missing reply is an everyday event. See what it did after round "
                "2 in the run in which a client was lost.",
            ),
            Choice(
                "it sends the message again until all have replied",
                "The client has asked for this message and got it, and nobody connects to a "
                "client. Read on below the last figure: how long does the server wait?",
            ),
        ),
    ),
)
