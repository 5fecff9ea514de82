"""What of an article is given to a model that makes vectors (`bot.embeddings`), and the key each is kept under."""

import hashlib
from collections.abc import Iterable

from knowledge.article import Article, Section


def passage_text(article: Article, section: Section) -> str:
    """What is embedded of a section: its page's title, the headings over it, and itself."""
    return f"{article.title}. {' > '.join((*section.path, section.heading))}\n{section.text}"


def key_of(text: str) -> str:
    """Names the text by its content; the same on every machine."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def texts_of(articles: Iterable[Article]) -> dict[str, str]:
    """What is to be embedded of these articles, by its key."""
    texts = (passage_text(article, section) for article in articles for section in article.sections)
    return {key_of(text): text for text in texts}
