"""Questions to check oneself with, after lesson {{centralized_training}}."""

from fl_course.exercises.questions import Choice, Question

QUESTIONS = (
    Question(
        id="when_body_runs",
        text="Somebody calls `greeting` three more times. How often is the line with *Python reads "
        "the body* printed again?",
        choices=(
            Choice(
                "three times: each call runs the function's body",
                "A call of an ordinary Python function would. Here the decorator has put a "
                "recorded computation in the function's place. Look at what the two calls in the "
                "lesson printed.",
            ),
            Choice(
                "not at all: the body ran when the function was defined",
                "TFF ran the body once, at the definition, to record what it computes. A call "
                "sends the recorded computation to the worker, and no Python code of the body is "
                "in it.",
                right=True,
            ),
            Choice(
                "once: with the next call, and the calls after it use the record",
                "That is how a function works that is recorded when it is first called. `greeting` "
                "had its line printed before anybody called it: see under which cell it stands.",
            ),
            Choice(
                "three times, in the worker's own output, which the notebook hides",
                "The worker has never seen the Python function: what it is sent is the recorded "
                "computation, and a `print` of Python leaves no trace in it.",
            ),
        ),
        shown_by=("call_greeting", "Hello from the worker\nHello from the worker\nthe worker is"),
    ),
    Question(
        id="update_and_data",
        text="Two clients take part in the same round, and one has five times as many images as "
        "the other. How do their model updates differ?",
        choices=(
            Choice(
                "in size: the client with more images sends more numbers",
                "An update has one number for each parameter of the model, and both clients "
                "trained the same model. Its size does not tell how much data is behind it.",
            ),
            Choice(
                "in kind: a client with few images sends the images instead",
                "Images stay on the client, however few they are. In the figure of a round, follow "
                "what the arrows carry.",
            ),
            Choice(
                "in nothing: they are as large, and the server treats them alike",
                "They are as large, that is right. But the server usually does not take the plain "
                "mean of what it receives; step (4) of the figure says what it goes by.",
            ),
            Choice(
                "in weight: they are as large, and one usually counts more",
                "Both have the size of the model. In the server's average, an update usually "
                "counts by the number of examples behind it.",
                right=True,
            ),
        ),
    ),
    Question(
        id="why_same_amount",
        text="The pool was cut down to as many images as one writer has. Its model was still much "
        "better on everybody's images than the lone models. Which explanation does that rule out?",
        choices=(
            Choice(
                "that the pool is better only because it holds more images",
                "With no more images than a lone writer the pool kept most of its lead: what is "
                "left to explain it is that the images come from other people too.",
                right=True,
            ),
            Choice(
                "that the writers draw the same digit in different ways",
                "This is what the experiment speaks for, not against: if all wrote alike, it would "
                "not matter from whom the images come.",
            ),
            Choice(
                "that a lone model is better on the images of its own writer",
                "The experiment measures on everybody's images, and not at home. The table with "
                "all writers shows who is ahead there.",
            ),
            Choice(
                "that the pooled model would gain from more training steps",
                "Both were trained for the same number of steps, so nothing follows about more of "
                "them. The cell after it does train for longer.",
            ),
        ),
        shown_by=("same_amount", "gain over the lone models: 12 points"),
    ),
    Question(
        id="unseen_label",
        text="A writer's training images have no 7, and the lone model trained on them recognises "
        "all of them. What could show this writer that something is missing?",
        choices=(
            Choice(
                "the training loss, if it is followed for many more steps",
                "It goes on falling, for the digits that are there. A digit that is in no training "
                "image adds nothing to this loss, whatever the model makes of it.",
            ),
            Choice(
                "a confusion matrix of the images that it was trained on",
                "Its row for the 7 is empty, because a matrix can only count images that are "
                "there. All the other rows look perfect.",
            ),
            Choice(
                "a test on held-out images that other people have written",
                "Other people write 7s, and the model misreads every one of them. At home, a "
                "writer who never writes a 7 holds no 7 out either.",
                right=True,
            ),
            Choice(
                "a test on held-out images from the same source as its own",
                "What the training images lack, images of the same source lack too. The test "
                "agrees with the training, and both leave out the 7.",
            ),
        ),
        shown_by=("missing", "0 % of everybody's 39 held-out 7s"),
    ),
    Question(
        id="label_in_update",
        text="A client trains for one step on a single image and sends its model update. Why can "
        "the server read the image's label from it?",
        choices=(
            Choice(
                "the update comes with the labels that it was trained on",
                "No label is sent. The cell that plays the curious server uses the differences of "
                "the weights, and nothing else.",
            ),
            Choice(
                "the weights of the right digit grow, those of the others shrink",
                "The step makes the right digit more probable and every other one less, so the "
                "signs give the label away, and each column shows the image.",
                right=True,
            ),
            Choice(
                "the server tries the new model on images of its own",
                "It could do that, but it needs no images. See which values the cell uses after "
                "its comment *From here on*.",
            ),
            Choice(
                "the digits that are not in the image keep their weights",
                "They do move: softmax lowers the probability of all nine of them, and each of "
                "their columns changes by a multiple of the image too.",
            ),
        ),
        shown_by=("leak", "label read from the update: 7; true label: 7"),
    ),
)
