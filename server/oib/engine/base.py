"""The engine: the seam between those who ask and the store that answers."""

from typing import Protocol

from oib.sparql.dataset import UNION, Dataset


class Engine(Protocol):
    """Something that answers SPARQL 1.1 queries."""

    def query(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Answer a query in a media type that ``answers.offered`` names for its form.

        An unknown graph is an empty graph, a relative IRI is read against ``names.BASE``.

        Raises:
            BadQuery: the text is no SPARQL query.
            BadInput: the dataset names a graph by something that is no IRI.
            Forbidden: the text is an update or calls a SERVICE that is not allowed.
            NotAcceptable: the answer has no such media type.
            TooLarge: the answer is longer than this engine gives.
            Unavailable: the engine cannot answer now.
        """

    def close(self) -> None:
        """Let go of what the engine holds; it is not asked any more."""
