"""The plan: what stands where in the model picture, laid by hand."""

from collections.abc import Mapping

#: The classes that get a box: columns from the left, boxes from the top, each with its colour.
COLUMNS: tuple[Mapping[str, str], ...] = (
    {"DocumentUnit": "#eef3fb", "Document": "#eef3fb", "IdentityLink": "#eef3fb"},
    {"EvidenceLocator": "#e3ecfa", "Claim": "#cfe0fa", "Assessment": "#e3ecfa"},
    {"Agent": "#e2f3e7", "Person": "#e2f3e7", "Post": "#e2f3e7", "Place": "#fdf1dc"},
    {"Organization": "#e2f3e7", "Zone": "#fdf1dc", "OffshoreBase": "#fbe3e3"}
    | {"OverseasCentre": "#fbe3e3"},
    {"Event": "#f3f3f3", "Programme": "#f3e8fb", "EligibilityCriterion": "#f3e8fb"},
)
#: The properties that get an arrow, out of the box that tells of them.
ARROWS = {
    *(("EvidenceLocator", "inUnit"), ("Claim", "isReportedIn"), ("Claim", "isAssertedBy")),
    *(("Claim", "hasEvidence"), ("Assessment", "assesses"), ("Document", "hasUnit")),
    *(("Person", "holdsPost"), ("Post", "isPostIn"), ("Organization", "constitutes")),
    *(("Programme", "hasCriterion"), ("Organization", "isLocatedIn")),
}
#: Properties without a domain, told of where they are met most.
EXTRA_PROPERTIES = {
    "Claim": ("claimPredicate", "claimValue", "hasEvidence", "validTime", "asOf"),
    "Document": ("publishedOn", "accessedOn"),
    "Event": ("occurredOn",),
    "Organization": ("isLocatedIn", "isPartOf", "launchedOn"),
    "Programme": ("hasPurpose", "hasAudience"),
}
