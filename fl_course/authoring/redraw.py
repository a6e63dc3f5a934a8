"""Draws recorded figures in another language: a program that `spoken` starts.

It reads the figures and the language from its input, and writes to its output what a notebook
stores of them, and the words that were looked up.
"""

import pickle
import sys
from typing import Any

from fl_course import localization, plotting
from fl_course.plotting import style


class _Heard(dict[str, str]):
    """Words that remember which of them were asked for, those that are missing too."""

    def __init__(self, words: dict[str, str]) -> None:
        super().__init__(words)
        self.heard: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.heard.add(key)
        return super().get(key, default)


def main() -> None:
    """Draws what is asked for."""
    figures, language, words, fonts = pickle.load(sys.stdin.buffer)
    heard = _Heard(words)
    with localization.speaking(language, heard, fonts), style.collected() as drawn:
        for _, name, args, options in figures:
            getattr(plotting, name)(*args, **options)
    sys.stdout.buffer.write(pickle.dumps((drawn, sorted(heard.heard))))


if __name__ == "__main__":
    main()
