"""Where the course lives on GitHub, which `lessons/course.toml` and the pages by hand name."""

import re
from pathlib import Path

from fl_course.authoring import AuthoringError
from fl_course.authoring.course import COURSE_FILE, REPOSITORY, read_course

_PAGES = ("*.md", "docs/*.md", ".github/**/*.yml", ".github/**/*.md", "*.cff")


def move(root: Path, repository: str) -> list[Path]:
    """Names another repository wherever the course's own is named by hand.

    What is built names it after the next build. No lesson is executed again for it.

    Args:
        root: Folder of the repository.
        repository: `owner/name` on GitHub.

    Returns:
        The files that were changed, relative to `root`.

    Raises:
        AuthoringError: If `repository` is no such name, or course.toml can't be read.
    """
    if not REPOSITORY.fullmatch(repository):
        raise AuthoringError(
            f"the repository is {repository!r}; wanted is its owner and name, such as owner/name."
        )
    old = read_course(root).repository
    # In an address, and not as the beginning or the end of another name.
    named = re.compile(rf"(?<=[/\"=]){re.escape(old)}(?![\w-]|\.\w)")
    pages = web_edition(old)
    changed = []
    files = {path for pattern in _PAGES for path in root.glob(pattern)}
    for path in [root / COURSE_FILE, *sorted(files)]:
        before = path.read_text(encoding="utf-8")
        after = named.sub(lambda _: repository, before).replace(pages, web_edition(repository))
        if after != before:
            path.write_text(after, encoding="utf-8")
            changed.append(path.relative_to(root))
    return changed


def web_edition(repository: str) -> str:
    """Where GitHub Pages shows the web edition, which `site.yml` publishes.

    Args:
        repository: `owner/name` on GitHub.
    """
    owner, _, name = repository.partition("/")
    return f"https://{owner.lower()}.github.io/{name}/"
