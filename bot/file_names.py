"""Names of files in the handbook, made of a title's words. Pure."""

import re
import unicodedata
from collections.abc import Collection

SLUG_MOST = 60


def file_name(title: str, *, taken: Collection[str], fallback: str = "article") -> str:
    """A path in its folder, made of the title's words; with a number where there is one of that name."""
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = "-".join(re.findall(r"[a-z0-9]+", ascii_only))[:SLUG_MOST].strip("-") or fallback
    names = (f"{slug}.md", *(f"{slug}-{number}.md" for number in range(2, 1_000)))
    return next(name for name in names if name not in taken)
