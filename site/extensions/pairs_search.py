"""Search for languages whose words are not parted, or carry their particles with them.

Sphinx's own Japanese splitter finds words by guessing, and the reader's browser doesn't guess
along: a compound that is typed is not found. Its Chinese one needs another package, and guesses,
too. For Korean it has none, and a word of two syllables is found only where no particle follows
it. Here every two letters that stand side by side are an entry, on the page and in what is typed:
a word is found wherever all of its pairs are. Single letters are entries too.
"""

import re
from typing import Any

from sphinx.application import Sphinx
from sphinx.search import SearchLanguage, languages

# Kana, ideographs and their repeat marks, Hangul; as both Python and JavaScript write them.
_LETTERS = (
    r"\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
)
_RUN = re.compile(f"[{_LETTERS}]+")
_WORD = re.compile(f"[^\\W{_LETTERS}]+")

_SPLIT_QUERY = f"""
var splitQuery = query => {{
  const found = [];
  for (const run of query.match(/[{_LETTERS}]+/gu) || []) {{
    const letters = [...run];
    if (letters.length === 1) found.push(run);
    for (let at = 0; at + 1 < letters.length; at += 1) found.push(letters[at] + letters[at + 1]);
  }}
  const rest = query.replace(/[{_LETTERS}]+/gu, " ");
  return found.concat(rest.match(/[\\p{{Letter}}\\p{{Number}}_]+/gu) || []);
}};
"""


def split(text: str) -> list[str]:
    """The entries of a text: pairs and single letters of these scripts, and words of others."""
    found = _WORD.findall(text)
    for run in _RUN.findall(text):
        found += run
        found += (run[at : at + 2] for at in range(len(run) - 1))
    return found


class _Pairs(SearchLanguage):
    js_splitter_code = _SPLIT_QUERY

    def split(self, input: str) -> list[str]:
        return split(input)


class Korean(_Pairs):
    """Korean."""

    lang = "ko"
    language_name = "Korean"


class Japanese(_Pairs):
    """Japanese."""

    lang = "ja"
    language_name = "Japanese"


class Chinese(_Pairs):
    """Chinese, whose words nothing parts."""

    lang = "zh"
    language_name = "Chinese"


def setup(app: Sphinx) -> dict[str, Any]:
    """Puts them in the place of Sphinx's own."""
    for language in (Korean, Japanese, Chinese):
        languages[language.lang] = language
    return {"parallel_read_safe": True, "parallel_write_safe": True}
