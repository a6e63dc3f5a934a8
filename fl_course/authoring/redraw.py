"""Draws recorded figures in another language: a program that `spoken` starts.

It reads the figures and the language from its input, and writes to its output what a notebook
stores of them.
"""

import pickle
import sys

from fl_course import localization, plotting
from fl_course.plotting import style


def main() -> None:
    """Draws what is asked for."""
    figures, language, words, fonts = pickle.load(sys.stdin.buffer)
    with localization.speaking(language, words, fonts), style.collected() as drawn:
        for name, args, options in figures:
            getattr(plotting, name)(*args, **options)
    sys.stdout.buffer.write(pickle.dumps(drawn))


if __name__ == "__main__":
    main()
