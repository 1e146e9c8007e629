"""The plan of a class diagram, which the description of a home contains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from oib.errors import BadInput


@dataclass(frozen=True)
class DiagramPlan:
    """Which classes and properties a diagram shows, and where.

    Attributes:
        columns: from the left, the classes that have a box, from the top, each with its colour.
        arrows: the properties that have an arrow, by the class from whose box it starts.
        extra_properties: properties without a domain, by the class that is to list them.
    """

    columns: Sequence[Mapping[str, str]]
    arrows: Mapping[str, Sequence[str]]
    extra_properties: Mapping[str, Sequence[str]]

    @classmethod
    def from_mapping(cls, members: Mapping[str, Any]) -> Self:
        """Return the plan in the member ``diagram`` of a description.

        Raises:
            BadInput: a member is missing or has another form.
        """
        plan = cls(
            columns=members.get("columns") or (),
            arrows=members.get("arrows") or {},
            extra_properties=members.get("extra_properties") or {},
        )
        lists = [*_values(plan.arrows), *_values(plan.extra_properties)]
        if (
            not plan.columns
            or not all(isinstance(column, Mapping) for column in plan.columns)
            or not all(isinstance(names, list) for names in lists)
        ):
            raise BadInput(
                "the diagram of project.yaml needs columns (a list of class: colour), arrows and "
                "extra_properties (class: [property, …])"
            )
        return plan

    def colour(self, name: str) -> str:
        """Return the colour of the box of a class."""
        return next(column[name] for column in self.columns if name in column)

    def has_box(self, name: str) -> bool:
        """Return whether a class has a box."""
        return any(name in column for column in self.columns)


def _values(members: object) -> Sequence[object]:
    return list(members.values()) if isinstance(members, Mapping) else [None]
