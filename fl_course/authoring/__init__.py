"""From one lesson script to the notebooks of learners and instructors.

`build.build` is the whole way: `course` and `script` read and check what people write, `variants`
and `notebooks` derive the two notebooks, `execute` and `outputs` fill the solved one. For the other
languages, `messages` takes a text apart, `catalogs`, `languages` and `words` hold what translators
make of it, `lints` reads that critically, `spoken` and `redraw` say and draw a lesson's outputs
again, `pages` does the README and documents, and `glossary` the terms. A learner's notebook imports
nothing from here.
"""


class AuthoringError(ValueError):
    """What people wrote cannot be built; the message says where, what, and what to do next.

    A message may hold several lines, one for each problem found.
    """
