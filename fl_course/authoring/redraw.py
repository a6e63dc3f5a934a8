"""Draws recorded figures in other languages: a program that `spoken` starts.

It reads the figures and the languages from its input and writes the images to its output.
"""

import pickle
import sys

from fl_course import localization, plotting
from fl_course.plotting import style


def main() -> None:
    """Draws what is asked for."""
    figures, languages = pickle.load(sys.stdin.buffer)
    drawn = {}
    for code, words, fonts in languages:
        with localization.speaking(code, words, fonts):
            with style.collected() as drawn[code]:
                for _, name, args, options in figures:
                    getattr(plotting, name)(*args, **options)
    sys.stdout.buffer.write(pickle.dumps(drawn))


if __name__ == "__main__":
    main()
