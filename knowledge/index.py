"""Finds the articles that answer a question, and says how sure that is.

Kept in memory and never changed: a new handbook revision is a new index. It does not decide whether to answer
(`bot.answers.rules`) nor what to say (`bot.answers.writer`), and it reads no files.
"""

from collections.abc import Sequence

from knowledge.article import Article, Audience
from knowledge.collection import Collection
from knowledge.found import NOTHING as NOTHING  # others know these as the index's
from knowledge.found import Found as Found
from knowledge.found import Hit as Hit
from knowledge.meaning import Vectors
from knowledge.pages import Pages
from knowledge.passages import texts_of
from knowledge.search import search
from knowledge.synonyms import NO_SYNONYMS, Synonyms
from knowledge.text import question_text
from knowledge.thesaurus import Thesaurus

READERS = (
    frozenset({Audience.PUBLIC}),
    frozenset({Audience.PUBLIC, Audience.INTERNAL}),
    frozenset(Audience),
)  # who asks; where an audience has no articles, two of them share a collection


class Index:
    """A handbook's articles, ready to be asked. Safe to share between threads: searching changes only caches."""

    def __init__(
        self, articles: Sequence[Article], *, former: "Index | None" = None, synonyms: Synonyms = NO_SYNONYMS
    ) -> None:
        self._articles = tuple(sorted(articles, key=lambda article: article.id))
        self._present = frozenset(article.audience for article in articles)
        self._pages: Pages = Pages(former._pages if former else None)
        self._thesaurus = Thesaurus(self._pages.stems, synonyms)
        self._collections: dict[frozenset[Audience], Collection] = {}
        self._vectors: Vectors = former._vectors if former else {}

    @classmethod
    def build(
        cls, articles: Sequence[Article], *, former: "Index | None" = None, synonyms: Synonyms = NO_SYNONYMS
    ) -> "Index":
        """An index of these articles, ready for the public, our own people and the platform team.

        Of the former index it takes over what did not change, which makes it quick and nothing else: both can be asked,
        and the new one finds what one built without the former would find. Its synonyms are those given now. Other
        mixes of audiences are indexed at their first search.
        """
        index = cls(articles, former=former, synonyms=synonyms)
        for readers in READERS:
            visible = readers & index._present
            if visible not in index._collections:
                index._collect(visible, former._collections.get(visible) if former else None)
        return index

    def search(
        self,
        question: str,
        *,
        audiences: frozenset[Audience] = frozenset({Audience.PUBLIC}),
        limit: int = 5,
        vector: bytes | None = None,
    ) -> Found:
        """Up to `limit` articles these readers may see, best first, ties by id.

        Nothing the readers may not see has any influence: neither hits nor spelling nor confidence.
        A stub that points to an article found here gives way to it; other stubs come last. `vector` is the question's,
        made as the index's own were; without it, or where a passage has none, the words alone decide.
        """
        visible = audiences & self._present
        if visible not in self._collections:
            self._collect(visible, None)
        return search(self._collections[visible], self._thesaurus, question_text(question), limit, vector)

    def with_vectors(self, vectors: Vectors) -> "Index":
        """This index with these vectors of its passages instead of those it had; both can be asked."""
        index = Index(self._articles)
        index._pages, index._thesaurus, index._vectors = self._pages, self._thesaurus, vectors
        index._collections = {
            visible: collection.with_vectors(vectors) for visible, collection in self._collections.items()
        }
        return index

    def texts(self) -> dict[str, str]:
        """What vectors are made of, by the key each is to be given under."""
        return texts_of(self._articles)

    def _collect(self, visible: frozenset[Audience], former: Collection | None) -> None:
        articles = [article for article in self._articles if article.audience in visible]
        collection = Collection.build(articles, self._pages, former)
        if self._vectors and collection is not former:
            collection = collection.with_vectors(self._vectors)
        self._collections[visible] = collection
