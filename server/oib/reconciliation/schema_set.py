"""The JSON schemas of a version of the Reconciliation API, from a folder that the user has."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from oib.errors import BadInput

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

#: Environment variable: a folder with ``0.2/schemas`` and ``1.0-draft/schemas``.
VARIABLE: Final = "RECONCILIATION_SCHEMAS"
SOURCE: Final = "https://github.com/reconciliation-api/specs"


class SchemaSet:
    """The schemas of one version.

    Args:
        folder: holds a folder for each version, as the specification's repository does.
        version: ``0.2`` or ``1.0-draft``.

    Raises:
        BadInput: the folder does not hold them, or the package ``jsonschema`` is not installed.
    """

    def __init__(self, folder: Path, version: str) -> None:
        try:
            from jsonschema.validators import Draft7Validator
            from referencing import Registry, Resource
            from referencing.jsonschema import DRAFT7
        except ImportError as error:
            raise BadInput("to check by the schemas, install jsonschema: oib[schemas]") from error
        self._validator = Draft7Validator
        self._schemas: dict[str, Any] = {}
        paths = sorted((folder / version / "schemas").glob("*.json"))
        if not paths:
            raise BadInput(
                f"{folder} has no schemas of version {version}; it is a copy of {SOURCE}, with "
                f"folders 0.2/schemas and 1.0-draft/schemas"
            )
        registry: Any = Registry()
        for path in paths:
            schema = json.loads(path.read_text("utf-8"))
            # Which draft they follow is not said in a way that validators know.
            schema.pop("$schema", None)
            resource = Resource.from_contents(schema, default_specification=DRAFT7)
            registry = registry.with_resource(schema["$id"], resource)
            self._schemas[path.stem] = schema
        self._registry = registry

    def __contains__(self, name: str) -> bool:
        return name in self._schemas

    def errors(self, name: str, value: Any) -> list[str]:
        """Return what a value breaks of a schema, each with the place in the value.

        Args:
            name: of the file of the schema, without its suffix.
            value: as ``json.loads`` returns it.
        """
        validator: Validator = self._validator(self._schemas[name], registry=self._registry)
        return [
            f"{'/'.join(map(str, error.absolute_path)) or '(whole)'}: {error.message[:300]}"
            for error in validator.iter_errors(value)
        ]
