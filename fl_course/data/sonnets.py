"""Real text: 96 sonnets by Shakespeare, each of them a client.

W. Shakespeare, "Shake-speares Sonnets", London, 1609, numbers 1 to 96, in modern spelling. The
text is in the public domain.
"""

import pathlib
import re

_FILE = pathlib.Path(__file__).parent / "sonnets.txt"


def sonnets() -> dict[str, list[str]]:
    """Loads the words of the first 96 sonnets.

    A word is a run of letters, in lower case; an apostrophe or a hyphen within it belongs to it.

    Returns:
        The words of each sonnet in their order, by its name, "sonnet_01" to "sonnet_96".
    """
    texts = _FILE.read_text(encoding="utf-8").strip().split("\n\n")
    return {
        f"sonnet_{number:02d}": re.findall(r"[a-z]+(?:['-][a-z]+)*", text.lower())
        for number, text in enumerate(texts, start=1)
    }
