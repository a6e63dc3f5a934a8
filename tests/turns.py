"""Whose turn it is: which notebooks a run of the tests executes.

The outputs of other languages are derived from the English ones, and `fl-course build --check`
derives them again. So a run executes every English lesson, and one of each other language. The
commit chooses it: another one from commit to commit, the same one wherever a commit is tested.
docs/checks.md says what is executed where.
"""

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOLUTIONS = ROOT / "solutions"
ENGLISH = "en"
UNTOUCHED = 1  # learners' notebooks that a run executes as they are


@dataclass(frozen=True)
class Turns:
    """What is executed.

    Attributes:
        commit: What chooses.
        notebooks: File names of the solved notebooks that are executed, by language.
        untouched: File names of the learners' notebooks that are executed, all in English.
    """

    commit: str
    notebooks: dict[str, list[str]]
    untouched: list[str]

    def told(self) -> list[str]:
        """Lines that say what is executed."""
        lines = [f"notebooks chosen by {self.commit} (again: --turn {self.commit})"]
        for language, names in self.notebooks.items():
            every = names == _names(language)
            lines.append(f"  {language}: {'every lesson' if every else ', '.join(names)}")
        return [*lines, f"  as learners open them: {', '.join(self.untouched)}"]


def take(
    *, commit: str = "", part: str = "1/1", asked: frozenset[str] = frozenset(), every: bool = False
) -> Turns:
    """Chooses the notebooks.

    Args:
        commit: What chooses, such as a commit's hash; the one that is checked out if empty.
        part: Of the English lessons, `K/N`: the Kth of N parts, which together are all of them.
        asked: Languages of which every lesson is executed.
        every: Whether every lesson is executed in every language.

    Raises:
        ValueError: If `part` is not a part.
    """
    commit = commit or _commit()
    which, _, parts = part.partition("/")
    if not (which.isdecimal() and parts.isdecimal() and 1 <= int(which) <= int(parts)):
        raise ValueError(f"--part is {part!r}. Give the Kth of N parts as K/N, such as 2/4.")
    lessons = _shuffled(commit, _names(ENGLISH))
    notebooks = {ENGLISH: sorted(lessons[int(which) - 1 :: int(parts)])}
    for language in sorted(path.name for path in SOLUTIONS.iterdir() if path.is_dir()):
        if language != ENGLISH:
            # By the language too, so that languages have different lessons.
            notebooks[language] = _shuffled(commit + language, _names(language))[:1]
    for language in notebooks:
        if every or language in asked:
            notebooks[language] = _names(language)
    return Turns(commit, notebooks, sorted(lessons if every else lessons[:UNTOUCHED]))


def asked_for(paths: list[Path]) -> frozenset[str]:
    """The languages whose solved notebooks a list of paths names, by folder or by file."""
    found = set()
    for path in paths:
        path = path.resolve()
        if path.is_relative_to(SOLUTIONS) and path != SOLUTIONS:
            found.add(path.relative_to(SOLUTIONS).parts[0])
    return frozenset(found)


def _names(language: str) -> list[str]:
    return sorted(path.name for path in (SOLUTIONS / language).glob("*.ipynb"))


def _shuffled(seed: str, names: list[str]) -> list[str]:
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed} {name}".encode()).digest())


def _commit() -> str:
    head = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True
    )
    return head.stdout.strip() if head.returncode == 0 else "no commit"
