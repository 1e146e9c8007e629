from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store

from oib.dataset import derivation
from oib.namespaces import GRAPH, ID, OIB
from oib.namespaces import PREFIXES as NAMESPACES
from projects import CLAIM, PREFIXES

SUN = NamedNode(ID + "person/sun-youshun")
HOLDS = NamedNode(OIB + "holdsPost")
PROFESSOR = NamedNode(ID + "post/mit-professor")
TYPE = NamedNode(NAMESPACES["rdf"] + "type")


def in_graph(store, name):
    return set(store.quads_for_pattern(None, None, None, NamedNode(GRAPH + name)))


def sources_and(store, body):
    """Return the sources of a store with a claim more."""
    more = Store()
    computed = ("direct", "bounds", "inferred", "labels", "links", "agreement", "units")
    more.extend(
        quad
        for quad in store
        if quad.graph_name != DefaultGraph()
        and not quad.graph_name.value.startswith(tuple(GRAPH + name for name in computed))
    )
    more.load(PREFIXES + body, RdfFormat.TURTLE)
    return more


def is_direct(store, home, body):
    return any(
        quad.subject == SUN and quad.object == PROFESSOR
        for quad in derivation.direct(sources_and(store, body), home)
    )


def test_a_plain_claim_becomes_direct(store, home):
    assert is_direct(store, home, CLAIM)


def test_a_hedged_claim_does_not(store, home):
    assert not is_direct(store, home, CLAIM.replace("hedge-none", "hedge-likely"))


def test_a_deprecated_claim_does_not(store, home):
    assert not is_direct(store, home, CLAIM.replace("rank-normal", "rank-deprecated"))


def test_a_relayed_claim_does_not(store, home):
    relayed = CLAIM.replace("<person/innovation-without-borders-author>", "<person/sun-youshun>")
    assert not is_direct(store, home, relayed)


def test_a_disputed_claim_does_not(store, home):
    dispute = (
        "<assessment/x> oib:assesses <claim/innovation-without-borders/p13-90> ; oib:hasVerdict "
    )
    assert not is_direct(store, home, f"{CLAIM} {dispute} oibv:verdict-disputed .")
    assert is_direct(store, home, f"{CLAIM} {dispute} oibv:verdict-corroborated .")


def test_a_claim_of_most_members_does_not(store, home):
    assert not is_direct(
        store, home, CLAIM.replace("a oib:Claim", "a oib:Claim ; oib:hasExtent oibv:extent-most")
    )


def test_a_claim_by_a_property_that_is_never_direct_does_not(store, home):
    assert not is_direct(store, home, CLAIM.replace("oib:holdsPost", "oib:isDescribedAs"))


def test_the_served_direct_graph_equals_its_regeneration(store, home):
    direct = derivation.direct(sources_and(store, ""), home)
    graphs = {quad.graph_name.value.removeprefix(GRAPH) for quad in direct}
    assert set(direct) == {quad for graph in graphs for quad in in_graph(store, graph)}
    apart = [quad.triple for quad in direct if quad.graph_name != derivation.DIRECT]
    assert set(apart) == {quad.triple for quad in in_graph(store, "direct")}


def test_the_served_bounds_equal_their_regeneration(store):
    sources = sources_and(store, "")
    sources.extend(in_graph(store, "direct"))
    assert in_graph(store, "bounds") == set(derivation.bounds(sources))


def test_sun_as_a_professor_is_not_among_the_direct_triples(store):
    direct = {quad.triple for quad in in_graph(store, "direct")}
    assert not [t for t in direct if t.subject == SUN and t.object == PROFESSOR]
    assert any(t.subject == SUN and t.predicate == HOLDS for t in direct)


def bounds_of(store, name):
    node = NamedNode(ID + name)
    quads = store.quads_for_pattern(node, None, None, derivation.BOUNDS)
    return {quad.predicate.value.removeprefix(OIB): quad.object.value for quad in quads}


def test_a_state_that_lasted_until_at_least_a_year_has_no_last_day(store):
    claim = "claim/innovation-without-borders/p08-17"
    assert bounds_of(store, claim) == {"latestStart": "2021-12-31", "earliestEnd": "2021-01-01"}


def test_a_month_has_both_bounds(store):
    assert bounds_of(store, "claim/innovation-without-borders/p07-08") == {
        "earliestStart": "2017-01-01",
        "latestStart": "2017-01-31",
        "earliestEnd": "2017-01-01",
        "latestEnd": "2017-01-31",
    }


def test_an_open_interval_has_no_end(store):
    claim = "claim/innovation-without-borders/p02-02"
    assert bounds_of(store, claim) == {"earliestStart": "2015-01-01", "latestStart": "2015-12-31"}


def test_an_access_date_gives_no_bounds(store):
    assert bounds_of(store, "document/iwb-s13-cae") == {}


def test_a_date_of_publication_does(store):
    assert bounds_of(store, "document/iwb-s02-china-education-news-network") == {
        "earliestDate": "2024-05-13",
        "latestDate": "2024-05-13",
    }


def test_class_membership_follows_from_a_classification_claim(store):
    body = NamedNode(OIB + "UnitedFrontBody")
    conference = NamedNode(ID + "organization/cppcc")
    assert Quad(conference, TYPE, body, derivation.INFERRED) in store
    alliance = NamedNode(ID + "organization/eastern-us-innovation-alliance")  # implied only
    assert not any(store.quads_for_pattern(alliance, TYPE, body))


def test_naive_clients_find_a_label(store):
    label = NamedNode(NAMESPACES["rdfs"] + "label")
    assert Quad(SUN, label, Literal("孙友顺", language="zh-Hans"), derivation.INFERRED) in store
