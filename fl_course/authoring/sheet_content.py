"""What is on the sheet for participants, in English; `fl_course.po` has it in other languages.

Texts are Markdown without blocks. Code stands beside its text, so that no translation changes it.
"""

from collections.abc import Iterator

WORDS = {
    "sheet": "A sheet for participants",
    "lessons": "All lessons, with a button that opens each one on Colab",
    "first": "Begin here, on Colab: {title}",
    "web": "To read: the web edition, with folded solutions",
    "types": "What a type says",
    "operators": "Operators of Federated Core: `tff.federated_…`",
    "example": "Four of them together, with the type that each line gives",
    "trouble": "What to do when …",
    "progress": "Show how far you are",
    "in_a_terminal": "In a terminal, in the folder of the course:",
    "in_a_notebook": "In a notebook, on Colab too, in a cell of its own:",
    "send": (
        "Both print one line: the name that you give, and what you have solved and how often you "
        "tried. Send it to whoever teaches. Nothing else is sent anywhere."
    ),
    "open": "On a laptop, in the folder of the course, this opens the lessons:",
    "room": "In this room, write to:",
    "ask": "Questions, and what does not work:",
}

# As the lessons print them.
TYPES = (
    ("float32[28,28]", "an array: an image of 28 × 28"),
    ("float32[?,784]", "any number of rows of 784"),
    ("int32*", "a sequence, such as a data set"),
    ("<label=int32,pixels=float32[28,28]>", "a structure with names: one example"),
    ("float32@SERVER", "one number, at the server"),
    ("{float32}@CLIENTS", "one at each client; they may differ"),
    ("float32@CLIENTS", "no braces: the same at all clients"),
    ("{<x=float32[?,784],y=int32[?]>*}@CLIENTS", "client data: at each client its own batches"),
    ("({float32}@CLIENTS -> float32@SERVER)", "a computation: what it takes, what it gives"),
)

# Without `tff.federated_`, which stands above them.
OPERATORS = (
    ("broadcast", "server → clients: all get the same value"),
    ("map", "clients → clients: a computation on each one's own value"),
    ("zip", "clients → clients: several values become one structure"),
    ("sum", "clients → server: added up"),
    ("mean", "clients → server: averaged; a second argument is the weights"),
    ("min", "clients → server: the smallest; `max`: the largest"),
    ("aggregate", "clients → server: reduced in a way of your own"),
    ("value", "a constant, put at the server or at the clients"),
    ("eval", "a computation without arguments, run at either of them"),
)

EXAMPLE = (
    ("@tff.federated_computation(float_at_clients, float_at_server)", ""),
    ("def mean_deviation(temperatures, reference):", ""),
    ("    at_clients = tff.federated_broadcast(reference)", "float32@CLIENTS"),
    ("    pairs = tff.federated_zip((temperatures, at_clients))", "{<float32,float32>}@CLIENTS"),
    ("    deviations = tff.federated_map(minus, pairs)", "{float32}@CLIENTS"),
    ("    return tff.federated_mean(deviations)", "float32@SERVER"),
)

TROUBLE = (
    (
        "your answer is still blank",
        "Run its cell with `...` as it is: the check goes on with the reference answer. "
        "`ex.name.hint()` says more with each call, `ex.name.solution()` shows the solved cell.",
    ),
    (
        "a cell ends in an error",
        "Read the last line first. Mend the cell and run it again. To go on without an answer of "
        "yours, empty the last line's parentheses, `ex.name.check()`, and run that line alone.",
    ),
    (
        "a cell keeps its star",
        "Long training shows a bar. A round that hangs ends by itself, with a sentence. To stop "
        "a cell: *Kernel > Interrupt Kernel*; on Colab *Runtime > Interrupt execution*.",
    ),
    (
        "“TensorFlow Federated was imported before …”",
        "A cell was run before the first one. *Kernel > Restart Kernel* (Colab: *Runtime > Restart "
        "session*), then run the first cell before any other.",
    ),
    (
        "“TFF's worker process …” has ended or could not start",
        "Do what the sentence says, then run the cell again: a new worker starts by itself.",
    ),
    (
        "nothing fits any more: begin at the lesson's top",
        "*Kernel > Restart Kernel and Run up to Selected Cell* (Colab: *Runtime > Restart "
        "session*, then *Runtime > Run before*). What you wrote stays.",
    ),
    (
        "you are on Colab, which forgets",
        "*File > Save a copy in Drive* before you write anything. To keep your progress too, end "
        'the first cell with `fl_course.setup(install=True, keep_progress="drive")`.',
    ),
)

OPEN = "make open"
IN_A_TERMINAL = '.venv/bin/fl-course status --code --name "…"'
IN_A_NOTEBOOK = 'print(fl_course.exercises.progress_code("…"))'


def messages() -> Iterator[str]:
    """All texts of the sheet, in its order."""
    yield from WORDS.values()
    for _, text in (*TYPES, *OPERATORS):
        yield text
    for case, text in TROUBLE:
        yield case
        yield text
