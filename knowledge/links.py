"""Which article a link in another article means, whatever form the site generator wants it in.

Judges only links to pages of the handbook itself; images, files and other sites are not looked at.
"""

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from urllib.parse import unquote

from knowledge.article import without_suffix

ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|#|$|[^?#]*(?:<%|\{\{|\$\{)")
PAGE_SUFFIXES = (".html", ".htm")


class Where(Enum):
    ELSEWHERE = "elsewhere"  # not a link to a page of ours
    NOWHERE = "nowhere"  # a link to a page that is not there


@dataclass(frozen=True)
class Pages:
    """The articles of a folder by the address that their site gives them."""

    by_address: dict[str, str]

    @classmethod
    def of(cls, article_ids: Iterable[str]) -> "Pages":
        by_address: dict[str, str] = {}
        for article_id in sorted(article_ids):
            address = without_suffix(article_id)
            by_address.setdefault(address, article_id)
            folder, name = posixpath.split(address)
            if name.lower() in ("index", "readme"):
                by_address.setdefault(folder, article_id)
        return cls(by_address)

    def find(self, target: str, *, source: str) -> str | Where:
        """The id of the article that the link in `source` leads to."""
        if ELSEWHERE.match(target):
            return Where.ELSEWHERE
        path = unquote(re.split("[?#]", target, maxsplit=1)[0])
        base = "" if path.startswith("/") else posixpath.dirname(source)
        address = posixpath.normpath(posixpath.join(base, path.lstrip("/"))).removeprefix("./")
        address = "" if address == "." else address
        page = _without_page_suffix(address)
        if page in self.by_address:
            return self.by_address[page]
        has_other_suffix = page == address and "." in posixpath.basename(address).strip(".")
        return Where.ELSEWHERE if has_other_suffix or not address else Where.NOWHERE


def _without_page_suffix(address: str) -> str:
    page = without_suffix(address)
    return next((page.removesuffix(one) for one in PAGE_SUFFIXES if page.endswith(one)), page)
