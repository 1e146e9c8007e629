"""A server of the Model Context Protocol: the data for assistants, over standard input and output.

Each answer carries claims with their hedges and with who says so; a statement without them is never
handed on as a fact. Queries run within the limits of the SPARQL endpoint.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, wraps
from typing import Any, Final, ParamSpec, TypeVar

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from oib import __version__, media_types
from oib.engine.base import QuerySession
from oib.errors import BadInput, NotFound, OibError, Unavailable
from oib.namespaces import BASE, ID, OIB
from oib.reconciliation.explanation import explain
from oib.reconciliation.index import NameIndex
from oib.reconciliation.model import Query
from oib.reconciliation.request_parser import BATCH_SIZE
from oib.reconciliation.service import ReconciliationService
from oib.services import Services
from oib.sparql import guard, results
from oib.views import claim_records, entity
from oib.views.entity import Vocabulary

_JSON: Final = media_types.SPARQL_JSON
_MAX_ROWS: Final = 200
_MAX_CLAIMS: Final = 50
_CLAIMS_OF_HIT: Final = 3
_MAX_LIMIT: Final = 20

_INSTRUCTIONS: Final = """\
This server has sourced claims. Each claim has one triple, a hedge (how surely it is made), who \
asserts it, and the document that reports it; some are disputed by an assessment. Never pass a \
claim on as a fact: say who claims it, how surely, and whether it is disputed. What is not stated \
here is not known here; it is not false. Begin with search, then entity. For counts and lists use \
the saved queries, and sparql where none fits."""
_NO_CLAIMS: Final = (
    "No row names a claim. These are statements without hedge and speaker; "
    "ask entity for the claims behind them before you pass them on."
)

Parameters = ParamSpec("Parameters")
Returned = TypeVar("Returned")


def create_server(services: Services) -> MCPServer[Any]:
    """Return the server over services, with its tools; ``run()`` serves until its input ends."""
    title = services.description.title
    server: MCPServer[Any] = MCPServer(
        "oib",
        title=title.get("en") or next(iter(title.values()), "oib"),
        instructions=_INSTRUCTIONS,
        version=__version__,
        log_level="WARNING",
    )
    tools = Tools(services)
    for tool in (
        tools.search,
        tools.entity,
        tools.reconcile,
        tools.saved_queries,
        tools.run_saved_query,
        tools.sparql,
    ):
        server.add_tool(_reporting(tool), structured_output=False)
    return server


def _reporting(
    tool: Callable[Parameters, Returned],
) -> Callable[Parameters, str]:
    """Return a tool that answers in JSON, and whose errors say what to do."""

    @wraps(tool)
    def answer(*arguments: Parameters.args, **named: Parameters.kwargs) -> str:
        try:
            return json.dumps(tool(*arguments, **named), ensure_ascii=False, indent=1)
        except OibError as error:
            raise ToolError(str(error)) from error

    answer.__annotations__ = {**tool.__annotations__, "return": str}
    return answer


class Tools:
    """What an assistant can ask; each answer is a JSON object."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def search(self, text: str, kind: str = "", limit: int = 10) -> dict[str, Any]:
        """Find things by any form of their name (English, Chinese, pinyin) or by texts about them.

        Each thing comes with its first claims, each with its hedge and who says so.

        Args:
            text: words to search for, at most 200 characters.
            kind: entity, term, concept, rule, query or claim; empty for all.
            limit: the largest number of results, at most 20.
        """
        if self._services.texts is None:
            raise Unavailable("these data have no search index; run oib build to make one", None)
        found = self._services.texts.search(text, kind, max(1, min(limit, _MAX_LIMIT)))
        session = self._session()
        hits = []
        for hit in found.hits:
            item: dict[str, Any] = {"iri": hit.iri, "kind": hit.kind, "label": hit.labels}
            if hit.form is not None:
                item["matched"] = {"text": hit.form.text, "role": hit.form.role}
            if hit.kind in ("entity", "claim"):
                item["claims"] = self._claims(session, [hit.iri], _CLAIMS_OF_HIT)
            hits.append(item)
        return {"total": found.total, "has_all_words": found.is_complete, "results": hits}

    def entity(self, identifier: str, language: str = "en") -> dict[str, Any]:
        """Describe a thing: its names and every claim about it, with hedge, speaker and sources.

        Args:
            identifier: its IRI, or what follows .../id/, such as organization/cast.
            language: en or zh-Hans, of the names.
        """
        iri = identifier if identifier.startswith(BASE) else ID + identifier
        session = self._session()
        statements = entity.fetch_entity(session, iri)
        status = statements.lifecycle
        if not status.is_known:
            raise NotFound(f"nothing here is called {identifier[:200]}; search finds what there is")
        if status.replacement:
            return {"iri": iri, "replaced_by": status.replacement}
        about = entity.describe(session, statements, self._vocabulary)
        names = [
            {"text": value.text, "language": value.language}
            for values in about.labels.values()
            for value in values
        ]
        if status.is_withdrawn:
            return {"iri": iri, "names": names, "withdrawn": True}
        return {
            "iri": iri,
            "names": names,
            "types": [value.text.removeprefix(OIB) for value in about.types],
            "identifiers_elsewhere": [
                link["linksTo"].text for link in about.links if "linksTo" in link
            ],
            "claims": [
                claim_records.record(claim, about.names, language) for claim in about.claims
            ],
            "claims_that_mention_it": [
                claim_records.record(claim, about.names, language) for claim in about.mentions
            ],
            "page": about.page,
            "pages": about.pages,
        }

    def reconcile(self, names: list[str], type: str = "") -> dict[str, Any]:
        """Find the IRI for each of several names; a match is marked only if it is certain.

        Args:
            names: as somebody wrote them, at most 200.
            type: a class that the things must have, such as OffshoreBase; empty for any.
        """
        if len(names) > BATCH_SIZE:
            raise BadInput(f"send {BATCH_SIZE} names at most, not {len(names)}")
        service = ReconciliationService(self._names, self._session())
        types = (service.class_of(type),) if type else ()
        answers = []
        for name in names:
            candidates = service.match(Query(name, types=types, limit=5))
            answers.append(
                {
                    "name": name,
                    "candidates": [
                        {
                            "iri": each.entity.iri,
                            "label": each.entity.labels,
                            "score": each.score,
                            "match": each.is_match,
                            "why": explain(each),
                        }
                        for each in candidates
                    ],
                }
            )
        return {"answers": answers}

    def saved_queries(self, topic: str = "") -> dict[str, Any]:
        """List the saved queries: tested questions, each with its parameters.

        Args:
            topic: such as base, person or source; empty for all.
        """
        return {
            "queries": [
                {
                    "name": saved.name,
                    "question": dict(saved.question),
                    "parameters": [
                        {"name": each.name, "type": each.kind, "example": each.example}
                        for each in saved.parameters
                    ],
                    "columns": list(saved.columns),
                }
                for saved in self._services.library
                if topic in ("", saved.topic)
            ]
        }

    def run_saved_query(
        self, name: str, parameters: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Run a saved query; the claims behind its rows come with hedge and speaker.

        Args:
            name: as saved_queries lists it, such as base/count.
            parameters: values by the name of the parameter; examples stand in for missing ones.
        """
        saved = self._services.library[name]
        return {
            "question": dict(saved.question),
            **self._answer(saved.bind(parameters or {})),
        }

    def sparql(self, query: str) -> dict[str, Any]:
        """Run a SPARQL 1.1 query (SELECT, ASK, CONSTRUCT, DESCRIBE) within the endpoint's limits.

        Claims are nodes: ?claim oib:claimSubject ?s ; oib:claimPredicate ?p ; oib:claimObject ?o ;
        oib:hasHedge ?hedge ; oib:isAssertedBy ?who ; oib:isReportedIn ?document. Select ?claim, so
        that the answer can say who says so.

        Args:
            query: its text, with its prefixes; oib: is https://w3id.org/oib/ontology#.
        """
        return self._answer(query)

    def _answer(self, text: str) -> dict[str, Any]:
        session = self._session()
        if _JSON not in results.offered(guard.parse(text).form):
            turtle = session.query(text, media_types.TURTLE).decode()
            return {"turtle": turtle[:50_000], "is_cut": len(turtle) > 50_000, "note": _NO_CLAIMS}
        answer = json.loads(session.query(text, _JSON))
        if "boolean" in answer:
            return {"boolean": answer["boolean"], "note": _NO_CLAIMS}
        bindings = answer["results"]["bindings"]
        rows = [{name: term["value"] for name, term in row.items()} for row in bindings]
        iris = {
            term["value"]
            for row in bindings[:_MAX_ROWS]
            for term in row.values()
            if term["type"] == "uri" and term["value"].startswith(ID + "claim/")
        }
        claims = self._claims(session, iris, _MAX_CLAIMS)
        found: dict[str, Any] = {
            "columns": answer["head"]["vars"],
            "rows": rows[:_MAX_ROWS],
            "total_rows": len(rows),
            "claims": claims,
        }
        if not claims:
            found["note"] = _NO_CLAIMS
        elif len(iris) > len(claims):
            found["note"] = f"The first {len(claims)} of {len(iris)} claims are described."
        return found

    def _claims(
        self, session: QuerySession, iris: Iterable[str], limit: int
    ) -> Sequence[dict[str, Any]]:
        claims, names = claim_records.fetch_claims(session, iris, self._vocabulary, limit)
        return [claim_records.record(claim, names) for claim in claims]

    def _session(self) -> QuerySession:
        return self._services.engine.session("mcp")

    @property
    def _names(self) -> NameIndex:
        if self._services.names is None:
            raise Unavailable("these data have no name index; run oib build to make one", None)
        return self._services.names

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return entity.fetch_vocabulary(self._session())
