"""Every figure of the course, drawn with matplotlib from plain arrays, mappings and sequences.

One rule holds for every function here: it draws one figure, displays it once where it is called
(also in the middle of a cell), and returns ``None``. It touches neither pyplot, nor the figures
that pyplot knows, nor the user's ``rcParams``. Outside IPython nothing can be displayed; there, and
wherever the figure itself is wanted, pass ``figure=``: it is cleared, sized, drawn into, and not
displayed. `png` turns such a figure into the same bytes that a notebook would have stored::

    figure = matplotlib.figure.Figure()
    fl_course.plotting.digits(images, labels, figure=figure)
    Path("digits.png").write_bytes(fl_course.plotting.png(figure))

Next to the image, the output holds a sentence that says what is drawn, and what is plain to see in
it, such as which run ends highest. It serves as alternative text for a reader who can't see the
image, and it is what nbval compares. No measured value is in it, because those may differ in their
last digit from one processor to another.

Shapes: an image is [height, width], a list of images [n, height, width], white background (the
largest value) and dark ink, whatever the range. Labels are the integers 0 to 9, counts of labels
are ten integers, or as many as a figure's ``label_names``; accuracies are shares between 0 and 1.
Texts have to be texts: what is not, and a ``figure`` that is none, is a ``TypeError``.

The figures live in one module a subject; what they share, `fl_course.plotting.style`. No module has
the name of a figure, which would hide the figure.
"""

from fl_course.plotting.averaging import averaging_diagram, weight_differences
from fl_course.plotting.clients import (
    cohorts,
    label_counts,
    label_heatmap,
    label_heatmaps,
    skew_panels,
)
from fl_course.plotting.computations import client_values, placement_diagram
from fl_course.plotting.diagrams import federated_learning_diagram
from fl_course.plotting.drift import arrow_paths
from fl_course.plotting.gains import gains_and_losses
from fl_course.plotting.images import digits, image_rows, mean_images
from fl_course.plotting.metrics import accuracy_bars, confusion_matrix, learning_curves
from fl_course.plotting.privacy import log_curves, roc_curves
from fl_course.plotting.rounds import interval_rounds, prefix_tree
from fl_course.plotting.shares import histograms, share_tables
from fl_course.plotting.spread import accuracy_spread
from fl_course.plotting.style import png
from fl_course.plotting.trends import trend_lines

__all__ = [
    "accuracy_bars",
    "accuracy_spread",
    "arrow_paths",
    "averaging_diagram",
    "client_values",
    "cohorts",
    "confusion_matrix",
    "digits",
    "federated_learning_diagram",
    "gains_and_losses",
    "histograms",
    "image_rows",
    "interval_rounds",
    "label_counts",
    "label_heatmap",
    "label_heatmaps",
    "learning_curves",
    "log_curves",
    "mean_images",
    "placement_diagram",
    "png",
    "prefix_tree",
    "roc_curves",
    "share_tables",
    "skew_panels",
    "trend_lines",
    "weight_differences",
]
