"""Matching of names and search: processor time over the shipped and over generated names.

The names are made up of syllables and of the words that names of organizations share; a third of
them is Chinese. What is looked for are names as they stand, with a letter missing, and in another
order with a word too many.
"""

import csv
import gc
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from bench.server_process import ROOT
from oib.dataset import build
from oib.dataset.snapshot import NAME_INDEX
from oib.namespaces import ID
from oib.reconciliation import index_writer
from oib.reconciliation.collection import PREFERRED, Name, NamedEntity
from oib.reconciliation.index import NameIndex
from oib.reconciliation.matching import match
from oib.reconciliation.model import Query
from oib.search import index_writer as search_index_writer
from oib.search.collection import Form, Record
from oib.search.index import SearchIndex

SMALL, LARGE = 250, 100_000
NAMES = 1000
_ROUNDS = 5

_SYLLABLES = (
    *("ba", "chen", "dou", "fang", "gao", "hai", "jing", "kai", "lin"),
    *("ming", "nan", "ping", "qing", "rui", "shan", "tian", "wu", "xin"),
)
_HEADS = (
    *("University", "Institute", "Association", "Laboratory"),
    *("Park", "Foundation", "Academy", "Center"),
)
_FIELDS = (
    *("Science", "Technology", "Innovation", "International"),
    *("Medical", "Applied", "Marine", "Energy"),
)
# Six hundred characters: as many as make up most Chinese names.
_CHARACTERS = [chr(0x4E00 + number) for number in range(600)]


def measure_names(log: Callable[[str], None]) -> dict[str, Any]:
    """Return seconds of processor time for 1,000 names, by index, and for one search."""
    with tempfile.TemporaryDirectory() as folder:
        snapshot = build.build(ROOT, Path(folder), log)
        path = snapshot.index_file(NAME_INDEX)
        assert path is not None
        shipped = _time_matching(path, _written_names())
        small = _time_matching(*_generated(Path(folder), SMALL))
        large_path, looked_for = _generated(Path(folder), LARGE)
        large = _time_matching(large_path, looked_for)
        search = _time_search(Path(folder))
    return {"shipped": shipped, "small": small, "large": large, "search": search}


def _written_names() -> list[str]:
    path = ROOT / "tests" / "reconciliation" / "names.csv"
    with path.open(encoding="utf-8", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    return (names * (NAMES // len(names) + 1))[:NAMES]


def _generated(folder: Path, size: int) -> tuple[Path, list[str]]:
    """Write an index of generated names, and return names to look for."""
    chance = random.Random(size)
    names = [generated_name(chance) for _ in range(size)]
    things = [
        NamedEntity(f"{ID}organization/o{number}", [Name(text, language, PREFERRED)])
        for number, (text, language) in enumerate(names)
    ]
    path = folder / f"names-{size}.sqlite"
    path.write_bytes(index_writer.encode_index(things, ()))
    chosen = [chance.choice(names)[0] for _ in range(NAMES)]
    return path, [_varied(chance, text, number % 3) for number, text in enumerate(chosen)]


def generated_name(chance: random.Random) -> tuple[str, str]:
    """Return a made-up name and its language."""
    if chance.random() < 1 / 3:
        return "".join(chance.choices(_CHARACTERS, k=chance.randint(5, 10))), "zh-Hans"
    word = "".join(chance.choices(_SYLLABLES, k=chance.randint(3, 4))).capitalize()
    return f"{word} {chance.choice(_FIELDS)} {chance.choice(_HEADS)}", "en"


def _varied(chance: random.Random, text: str, way: int) -> str:
    if way == 0:
        return text
    if way == 1:
        at = chance.randrange(1, len(text) - 1)
        return text[:at] + text[at + 1 :]
    return " ".join([*reversed(text.split()), "Beijing"])


def _time_matching(path: Path, names: Sequence[str]) -> float:
    times = []
    gc.collect()
    gc.freeze()  # as the server does: what is here now is not looked through again and again
    for _ in range(_ROUNDS):
        index = NameIndex.open(path)  # anew: nothing is remembered from the round before
        started = time.process_time()
        for name in names:
            match(index, Query(name))
        times.append(time.process_time() - started)
        index.close()
    gc.unfreeze()
    return median(times)


def _time_search(folder: Path) -> float:
    """Return the median time of a search over LARGE names: the first page and the total."""
    chance = random.Random(LARGE)
    names = [generated_name(chance) for _ in range(LARGE)]
    records = [
        Record(
            f"{ID}organization/o{number}",
            "entity",
            {"en": text, "zh": text},
            (),
            (Form(text, language, "preferred"),),
            (),
        )
        for number, (text, language) in enumerate(names)
    ]
    path = folder / "search.sqlite"
    path.write_bytes(search_index_writer.encode_index(records))
    index = SearchIndex.open(path)
    times = []
    for text, _ in chance.sample(names, 200):
        words = text.split()
        looked_for = " ".join(words[:2]) if len(words) > 1 else text[:2]
        started = time.process_time()
        index.search(looked_for)
        times.append(time.process_time() - started)
    index.close()
    return median(times)
