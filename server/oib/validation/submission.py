"""A submission: a Turtle file, and what it is to do to the data of a home."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from oib.errors import BadInput
from oib.turtle import Document


class Effect(StrEnum):
    """What a file does to the data: its statements are added, replace a file, or are removed."""

    ADDS = "adds"
    REPLACES = "replaces"
    REMOVES = "removes"


@dataclass(frozen=True)
class Submission:
    """A parsed file with its effect.

    Attributes:
        document: the file.
        effect: what is to happen with its statements.
        target: the file of the home that it replaces, or whose place it would take; relative to
            ``instances/``, None where no such place is known.
    """

    document: Document
    effect: Effect
    target: str | None = None


def target_of(path: str, home: Path) -> str | None:
    """Return where a file lies, or would lie, below ``instances/`` of a home; None elsewhere.

    Besides the home itself, the ``instances`` folder of another checkout counts.
    """
    resolved, instances = Path(path).resolve(), (home / "instances").resolve()
    if resolved.is_relative_to(instances):
        return resolved.relative_to(instances).as_posix()
    parts = resolved.parts
    if "instances" in parts[:-1]:
        at = len(parts) - 1 - parts[::-1].index("instances")
        return Path(*parts[at + 1 :]).as_posix()
    return None


def decide_effect(
    path: str, home: Path, known: Iterable[str], wanted: str | None = None
) -> tuple[Effect, str | None]:
    """Return the effect of a file, and the file of the home that it concerns.

    Args:
        path: where the file lies, or is said to lie.
        home: the home.
        known: the files of the home, relative to ``instances/``.
        wanted: ``adds``, ``removes``, ``replaces``, or ``replaces:FILE`` with a file of the home;
            by default a file that lies in the place of one of the home replaces it, and any other
            adds.

    Raises:
        BadInput: there is no such file to replace.
    """
    target = target_of(path, home)
    word, _, named = (wanted or "").partition(":")
    if named:
        target = target_of(named, home) or named.removeprefix("instances/")
    if word in (Effect.ADDS, Effect.REMOVES):
        return Effect(word), target
    exists = target is not None and target in set(known)
    if word == Effect.REPLACES and not exists:
        raise BadInput(
            f"{path}: no file of the home is named to be replaced; "
            "write --replaces instances/person/sun-youshun.ttl, or leave the option out to add"
        )
    return (Effect.REPLACES if exists else Effect.ADDS), target
