"""Questions to check oneself with, after lesson {{federated_core}}."""

from fl_course.exercises.questions import Choice, Question

QUESTIONS = (
    Question(
        id="type_of_deviations",
        text="`mean_deviation` is shortened: it returns `deviations`, without the `federated_mean` "
        "of the last line. What is its type now, with the names left out?",
        choices=(
            Choice(
                "`(<{float32}@CLIENTS,float32@SERVER> -> {float32}@CLIENTS)`",
                "Each home has a deviation of its own, which the braces say, and it stays there. "
                "The server gets nothing from this program.",
                right=True,
            ),
            Choice(
                "`(<{float32}@CLIENTS,float32@SERVER> -> float32@SERVER)`",
                "This is the type with the mean. Without an aggregation nothing goes up to the "
                "server.",
            ),
            Choice(
                "`(<{float32}@CLIENTS,float32@SERVER> -> float32@CLIENTS)`",
                "Without braces all homes would hold the same number, as after a broadcast. Look "
                "at the deviations in the figure.",
            ),
            Choice(
                "`(<{float32}@CLIENTS,float32@CLIENTS> -> {float32}@CLIENTS)`",
                "The homes do get the reference, but by the broadcast within the program. A type "
                "shows where a value is when it is handed in.",
            ),
        ),
    ),
    Question(
        id="noise_in_the_body",
        text="To hide a mean a little, somebody writes `noise = float(np.random.normal())` in the "
        "body of a federated computation, places it at the server with `federated_value` and has "
        "it added to the mean. What do two calls with the same temperatures give?",
        choices=(
            Choice(
                "two results that differ: each call draws new noise",
                "A call does not run the body: it sends the recording, which was made at the "
                "definition. Compare the limit that was changed too late.",
            ),
            Choice(
                "one result twice: the noise is a constant by then",
                "The number was drawn once, at the definition, like the limit of 20.0. What is to "
                "be computed at every call goes through `federated_eval` or `federated_map`.",
                right=True,
            ),
            Choice(
                "an error at the definition: NumPy is refused there",
                "Python and NumPy are carried out while TFF records, like the `print` in the "
                "lesson. When `federated_value` gets the noise, it is an ordinary number.",
            ),
            Choice(
                "the mean itself, twice: the noise is not recorded",
                "The drawing is not recorded. But `federated_value` is, and with it the number "
                "that was handed to it. See what became of the limit in the lesson.",
            ),
        ),
        shown_by=("frozen_limit", "20.0 before, 20.0 after the change"),
    ),
    Question(
        id="two_means_compared",
        text="The server asks three homes for their mean temperature and gets 21.0. Then it asks "
        "again, without home 1, and gets 22.0. No temperature has changed in between. What does "
        "it know of home 1?",
        choices=(
            Choice(
                "nothing: each result is a mean over more than one home",
                "Each result alone says little. But the server can calculate with both, and it "
                "knows how many homes are behind each.",
            ),
            Choice(
                "only that home 1 is colder than the mean of the others",
                "This follows, and more does. Write down the sum of the temperatures that is "
                "behind each of the two means.",
            ),
            Choice(
                "its temperature: three times 21.0 minus two times 22.0",
                "This is 19.0. One client is left out of a second mean, and the difference tells "
                "its value, although each mean alone is over several clients.",
                right=True,
            ),
            Choice(
                "its temperature, but only after a call to home 1 alone",
                "Such a call would tell it too, and it is not needed. Write down the sum of the "
                "temperatures that is behind each of the two means.",
            ),
        ),
        shown_by=("call_average", "three homes: 21.0 °C\ntwo homes:   22.0 °C"),
    ),
    Question(
        id="round_without_broadcast",
        text="Somebody writes a round of Federated Averaging and hands `federated_map` the "
        "clients' datasets together with the weights at the server: the broadcast was forgotten. "
        "What happens?",
        choices=(
            Choice(
                "it runs: `federated_map` sends the weights down by itself",
                "It zips its arguments by itself, if they are in one place. It moves nothing "
                "between the server and the clients.",
            ),
            Choice(
                "it runs: `federated_map` trains at the server on all datasets",
                "It moves nothing: it works where its argument is, and here that is not one place. "
                "Only the aggregations lead from the clients up to the server.",
            ),
            Choice(
                "it is refused at the call: the clients lack the weights then",
                "A call is refused when data do not fit a type. Here the types do not go together, "
                "and TFF knows them earlier than any data.",
            ),
            Choice(
                "it is refused at the definition: the two places do not match",
                "TFF checks types while it records the body. The server's value has to be "
                "broadcast, and then both are at the clients.",
                right=True,
            ),
        ),
        shown_by=("wrong_place", "got a <{float32}@CLIENTS,float32@SERVER>"),
    ),
    Question(
        id="home_without_measurement",
        text="Beside the three homes with their measurements there is a fourth one without any: "
        "`summary_of` gives the mean 0 and the count 0 for it. `ones` is a 1.0 at each home. Which "
        "result is the same as for the three homes alone?",
        choices=(
            Choice(
                "`federated_mean(summaries.mean, summaries.count)`",
                "The 0 of this home has the weight 0: it changes neither the sum of the products "
                "nor the sum of the weights.",
                right=True,
            ),
            Choice(
                "`federated_mean(summaries.mean)`",
                "Without a weight each home counts once, and the 0 counts as if it had been "
                "measured. It pulls the mean down.",
            ),
            Choice(
                "`federated_min(summaries.mean)`",
                "The smallest mean is now the 0 of a home that has measured nothing. Nothing tells "
                "it from a measured temperature here.",
            ),
            Choice(
                "`federated_mean(summaries.mean, ones)`",
                "With the same weight for all, the 0 counts as much as a measured temperature. A "
                "weight of 0.0 for homes without data would help.",
            ),
        ),
    ),
)
