"""Random edits of a small home: files that replace, add or remove, from a seed.

    OIB_EDITS=2000 OIB_EDIT_SEED=1 python -m pytest tests/test_incremental_check.py

An edit is what a curator could send, with one to three changes of the kinds in ``CHANGES``.
"""

import random
import shutil
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

from oib.namespaces import ID, OIB, PREFIXES
from oib.validation.home_index import HomeIndex
from oib.validation.submission import Effect
from projects import ROOT

UNITS = ("claim/innovation-without-borders/p13.ttl", "claim/chengdu-base-in-san-diego/p01.ttl")
TYPE = NamedNode(PREFIXES["rdf"] + "type")


@dataclass(frozen=True)
class Edit:
    """A file as it is sent, and what the home would be with it.

    Attributes:
        name: where the file lies in the home, or would lie.
        text: its content.
        effect: what it does.
        kinds: the changes in it.
        files: the new content of files of the home by name; None for a file that is gone.
    """

    name: str
    text: str
    effect: Effect
    kinds: tuple[str, ...]
    files: dict[str, str | None]

    def __str__(self):
        return f"{self.effect} {self.name} ({', '.join(self.kinds)})\n{self.text}"


def small_home(target):
    """Copy two units of claims and what they refer to, and return the folder."""
    full = HomeIndex(ROOT)
    names = dict.fromkeys(UNITS)
    for _ in range(2):
        for triple in list(full.triples_of(names)):
            for name in full.places.get(triple.object, ()):
                if not name.startswith("claim/") or name in names:
                    names[name] = None
    for folder in ("ontology", "shapes", "queries"):
        shutil.copytree(ROOT / folder, target / folder)
    for name in names:
        path = target / "instances" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "instances" / name, path)
    things = {triple.subject.value.removeprefix(ID) for triple in full.triples_of(names)}
    register = [line for line in (ROOT / "instances/issued.txt").read_text("utf-8").splitlines()]
    issued = [line for line in register if line in things]
    (target / "instances/issued.txt").write_text("\n".join(issued) + "\n", "utf-8")
    return target


def edits(home, number, seed):
    """Yield edits of a ``HomeIndex``."""
    for at in range(number):
        yield _Editor(home, random.Random(f"{seed}-{at}")).edit()


def triples_of(text):
    """Return the triples of a text in Turtle."""
    return [quad.triple for quad in parse(text, RdfFormat.TURTLE, base_iri=ID)]


def text_of(triples):
    return serialize(triples, format=RdfFormat.N_TRIPLES).decode()


class _Editor:
    def __init__(self, home, rng):
        self.home, self.rng = home, rng
        self.data = list(home.triples_of(home.files))

    def edit(self):
        effect = self.rng.choices(list(EFFECTS), [4, 4, 2])[0]
        return EFFECTS[effect](self)

    def replace(self):
        name = self.file()
        if self.rng.random() < 0.06:
            return Edit(name, "# nothing\n", Effect.REPLACES, ("empty",), {name: "# nothing\n"})
        triples, kinds = self.change(list(self.home.files[name]))
        text = text_of(triples)
        return Edit(name, text, Effect.REPLACES, kinds, {name: text})

    def add(self):
        triples = list(self.home.files[self.file()])
        subjects = sorted({triple.subject for triple in triples}, key=str)
        if self.rng.random() < 0.7:  # new things, made like those of the home
            chosen = self.rng.sample(subjects, min(len(subjects), self.rng.randint(1, 3)))
            triples = [triple for triple in triples if triple.subject in chosen]
            for node in chosen:
                triples = _renamed(triples, node, self.new_name(node))
        else:  # more about things that are there
            triples = self.rng.sample(triples, min(len(triples), 3))
        triples, kinds = self.change(triples)
        text = text_of(triples)
        return Edit("added.ttl", text, Effect.ADDS, kinds, {"added.ttl": text})

    def remove(self):
        # Sorted, so that the seed alone decides which statements go.
        names = sorted({self.file() for _ in range(self.rng.randint(1, 2))})
        stated = list(self.home.triples_of(names))
        number = self.rng.choice([1, 1, 2, 5, len(stated)])
        gone = dict.fromkeys(self.rng.sample(stated, min(number, len(stated))))
        files = {}
        for name, triples in self.home.files.items():
            if not gone.keys().isdisjoint(triples):
                left = [triple for triple in triples if triple not in gone]
                files[name] = text_of(left) if left else None
        return Edit("removed.ttl", text_of(gone), Effect.REMOVES, (f"{len(gone)} gone",), files)

    def file(self):
        """Return a file, every other time one of claims, for most rules are theirs."""
        return self.rng.choice(UNITS if self.rng.random() < 0.5 else sorted(self.home.files))

    def change(self, triples):
        kinds = tuple(self.rng.choices(list(CHANGES), k=self.rng.randint(1, 3)))
        for kind in kinds:
            if triples:
                triples = CHANGES[kind](self, triples)
        return triples or [self.rng.choice(self.data)], kinds

    def new_name(self, node):
        if "/claim/" in node.value:
            return NamedNode(node.value.rpartition("-")[0] + f"-{self.rng.randint(70, 99)}")
        return NamedNode(node.value + "-two")

    def one(self, triples):
        """Return the place of one statement."""
        return self.rng.randrange(len(triples))

    def exchange(self, triples, **parts):
        """Put another subject, predicate or object into one statement; each part is a function."""
        at = self.one(triples)
        old = triples[at]
        new = {name: part(old) for name, part in parts.items()}
        triples[at] = Triple(
            new.get("subject", old.subject),
            new.get("predicate", old.predicate),
            new.get("object", old.object),
        )
        return triples

    def drop(self, triples):
        del triples[self.one(triples)]
        return triples

    def likely_value(self, triples):
        def other(old):
            same = [each.object for each in self.data if each.predicate == old.predicate]
            return self.rng.choice(same or [old.object])

        return self.exchange(triples, object=other)

    def second_value(self, triples):
        at = self.one(triples)
        same = [each for each in self.data if each.predicate == triples[at].predicate]
        other = self.rng.choice(same or [triples[at]]).object
        return [*triples, Triple(triples[at].subject, triples[at].predicate, other)]

    def any_value(self, triples):
        return self.exchange(triples, object=lambda old: self.rng.choice(self.data).object)

    def predicate(self, triples):
        return self.exchange(triples, predicate=lambda old: self.rng.choice(self.data).predicate)

    def subject(self, triples):
        return self.exchange(triples, subject=lambda old: self.rng.choice(self.data).subject)

    def foreign(self, triples):
        return [*triples, self.rng.choice(self.data)]

    def rename(self, triples):
        node = triples[self.one(triples)].subject
        if not isinstance(node, NamedNode):
            return triples
        return _renamed(triples, node, self.new_name(node))

    def literal(self, triples):
        def other(old):
            if not isinstance(old.object, Literal):
                return Literal("text")
            word, tag = old.object.value, self.rng.choice(["en", "zh-Hans", "x_y", None])
            changed = self.rng.choice([word + " ", word + "\u200b", word.replace("1", "\uff11")])
            if self.rng.random() < 0.5:
                return Literal(changed, datatype=old.object.datatype, language=old.object.language)
            return Literal(word, language=None if tag == "x_y" else tag)

        return self.exchange(triples, object=other)

    def retype(self, triples):
        classes = sorted({each.object for each in self.data if each.predicate == TYPE}, key=str)
        node = triples[self.one(triples)].subject
        if self.rng.random() < 0.5:
            triples = [t for t in triples if (t.subject, t.predicate) != (node, TYPE)]
        return [*triples, Triple(node, TYPE, self.rng.choice(classes))]

    def blank_value(self, triples):
        return self.exchange(triples, object=lambda old: BlankNode())

    def blank_subject(self, triples):
        node = BlankNode()
        return [*triples, Triple(node, TYPE, NamedNode(OIB + "Person"))]

    def misspelled(self, triples):
        def other(old):
            return NamedNode(old.predicate.value[:-1])

        return self.exchange(triples, predicate=other)

    def unknown_class(self, triples):
        return [*triples, Triple(triples[0].subject, TYPE, NamedNode(OIB + "Persn"))]

    def namespace(self, triples):
        def other(old):
            return NamedNode(old.predicate.value.replace("https://", "http://"))

        return self.exchange(triples, predicate=other)

    def definition(self, triples):
        term = NamedNode(OIB + "newProperty")
        kind = NamedNode(PREFIXES["owl"] + "DatatypeProperty")
        return [*triples, Triple(term, TYPE, kind)]

    def reference(self, triples):
        def other(old):
            if not isinstance(old.object, NamedNode):
                return old.object
            return NamedNode(old.object.value + "x")

        return self.exchange(triples, object=other)

    def retire(self, triples):
        node = triples[self.one(triples)].subject
        flag = Literal("true", datatype=NamedNode(PREFIXES["xsd"] + "boolean"))
        return [*triples, Triple(node, NamedNode(PREFIXES["owl"] + "deprecated"), flag)]

    def name_of_another(self, triples):
        names = [each for each in self.data if each.predicate.value.endswith("Label")]
        node, name = triples[self.one(triples)].subject, self.rng.choice(names)
        return [*triples, Triple(node, name.predicate, name.object)]

    def self_tie(self, triples):
        return self.exchange(triples, object=lambda old: old.subject)


def _renamed(triples, old, new):
    return [
        Triple(
            new if each.subject == old else each.subject,
            each.predicate,
            new if each.object == old else each.object,
        )
        for each in triples
    ]


EFFECTS = {"replace": _Editor.replace, "add": _Editor.add, "remove": _Editor.remove}
CHANGES = {
    each.__name__: each
    for each in (
        _Editor.drop,
        _Editor.likely_value,
        _Editor.second_value,
        _Editor.any_value,
        _Editor.predicate,
        _Editor.subject,
        _Editor.foreign,
        _Editor.rename,
        _Editor.literal,
        _Editor.retype,
        _Editor.blank_value,
        _Editor.blank_subject,
        _Editor.misspelled,
        _Editor.unknown_class,
        _Editor.namespace,
        _Editor.definition,
        _Editor.reference,
        _Editor.retire,
        _Editor.name_of_another,
        _Editor.self_tie,
    )
}
