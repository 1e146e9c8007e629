"""Data in which many copies of what a constraint reads share nodes, so that joins multiply.

Of each variable of a query, all copies have one node in common, or two of them do, or each has its
own, or they share few at random; a seed decides. A variable that filters hold to some values has
one of these.
"""

import math
import random
import re

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from oib.namespaces import ID, OIB, PREFIXES
from oib.validation.constraints import FOCUS, HAS_FOCUS
from oib.validation.dependencies import parse_patterns

XSD = PREFIXES["xsd"]
#: So many values of one property a thing has at most: that there are too many, other rules say.
MOST_VALUES = 3
#: What the variables of the rules stand for, where that is no thing.
WORDS = re.compile(r"(?:Label|foaf:name|AsNamed|Note|dateAsPrinted|translatedName) (\?\w+)")
DAYS = re.compile(r"-day>\((\?\w+)\)")
NUMBERS = ("?start", "?end", "?count")


class CrowdedData:
    """Stores of any size for one constraint, all made alike."""

    def __init__(self, constraint, seed):
        self.constraint = constraint
        self.seed = f"{constraint.rule}-{seed}"
        rng = random.Random(self.seed)
        self.text = constraint.reads.replace("$", "?")
        self.patterns = list(_chosen(parse_patterns(self.text), rng))
        found = {name for each in self.patterns for name in each.variables}
        self.variables = sorted(found | {"?this"})
        self.sharing = {name: rng.choice(SHARING) for name in self.variables}
        self.constants = _constants(self.text)
        self.days = set(DAYS.findall(self.text))
        self.words = set(WORDS.findall(self.text))

    def store(self, copies):
        """Return a store with so many copies, their focus nodes marked."""
        rng = random.Random(self.seed)
        values, lines = {}, []
        focus = set()
        for at in range(copies):
            terms = {name: self._term(name, at, copies, rng) for name in self.variables}
            focus.add(terms["?this"])
            for each in self.patterns:
                ends = [terms.get(end, end) for end in (each.subject, each.object)]
                for line in _walk(ends[0], each.path, ends[1], terms, rng):
                    known = values.setdefault(line[:2], set())
                    if len(known) < MOST_VALUES and line[0].startswith("<"):
                        known.add(line[2])
                        lines.append(" ".join(line) + " .")
        store = Store()
        store.extend(Quad(*each.triple) for each in parse("\n".join(lines), RdfFormat.TURTLE))
        shape, has_focus = NamedNode(self.constraint.target), NamedNode(HAS_FOCUS)
        store.extend(
            Quad(shape, has_focus, NamedNode(node[1:-1]), NamedNode(FOCUS))
            for node in focus
            if node.startswith("<")
        )
        return store

    def _term(self, name, at, copies, rng):
        number = self.sharing[name](at + self.variables.index(name), copies, rng)
        if name in self.constants:
            return rng.choice(self.constants[name])
        if name in self.days:
            return f'"{1990 + number % 30}-0{1 + number % 9}"'
        if name in NUMBERS:
            return str(number)
        if name in self.words:
            return f'"name {number}"@en'
        return f"<{ID}thing/t-{number}>"


def _all(at, copies, rng):
    return 0


def _two(at, copies, rng):
    return at // 2


def _own(at, copies, rng):
    return at


def _few(at, copies, rng):
    return rng.randrange(math.isqrt(copies) + 1)


SHARING = (_all, _two, _own, _own, _few)


def _constants(text):
    """Return what filters and BINDs hold variables to, as IRIs."""
    found = {}
    for name, inside in re.findall(r"(\?\w+) IN \(([^)]*)\)", text):
        found[name] = inside.split(", ")
    for name, value in re.findall(r"(\?\w+) !?= ([a-z]+:[\w-]+)", text):
        found.setdefault(name, [value])
    for value, name in re.findall(r"BIND\(([a-z]+:\w+) AS (\?\w+)\)", text):
        found.setdefault(name, [value])
    return {
        name: iris
        for name, values in found.items()
        if (iris := [_iri(each) for each in values if re.fullmatch(r"[a-z]+:[\w-]+", each)])
    }


def _iri(name):
    prefix, _, local = name.partition(":")
    return f"<{PREFIXES[prefix]}{local}>"


def _chosen(group, rng):
    """Yield the patterns of a group, of each union those of one branch."""
    yield from group.patterns
    for union in group.unions:
        yield from _chosen(rng.choice(union), rng)
    for inner in group.optional:
        if rng.random() < 0.5:
            yield from _chosen(inner, rng)


def _walk(start, path, end, terms, rng):
    """Yield triples that lead from one node to another over a property path."""
    match path.operator:
        case "term":
            predicate = terms.get(path.term, path.term)
            yield start, predicate if "/thing/" not in predicate else f"<{OIB}isPartOf>", end
        case "^":
            yield from _walk(end, path.operands[0], start, terms, rng)
        case "|":
            yield from _walk(start, rng.choice(path.operands), end, terms, rng)
        case "/":
            steps = [each for each in path.operands if each.operator not in ("*", "?")]
            for each in steps[:-1]:
                between = f"<{start.strip('<>')}-next>"
                yield from _walk(start, each, between, terms, rng)
                start = between
            yield from _walk(start, steps[-1], end, terms, rng)
        case _:
            yield from _walk(start, path.operands[0], end, terms, rng)
