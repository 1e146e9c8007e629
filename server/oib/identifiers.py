"""Identifiers of outside registers: their form, and their check digits where they have some."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from stdnum import isni, lei
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

# The alphabet of ROR: 32 characters without i, l, o and u (Crockford's Base32), all small.
_CROCKFORD: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_ROR: Final = re.compile(rf"0[{_CROCKFORD}]{{6}}[0-9]{{2}}")


def problem(authority: str, value: str) -> str:
    """Return what is wrong with the identifier of a register, an empty text if nothing is.

    Args:
        authority: the name of the register; of those that are not known, nothing is checked.
        value: the IRI of an entry, or its code where the register has no IRIs.
    """
    if authority not in _FORMS:
        return ""
    form, check = _FORMS[authority]
    found = re.fullmatch(form, value)
    if not found:
        return f"{value} has not the form {form} of {authority}"
    try:
        if check and not check(found[1]):
            return f"the check digits of {found[1]} are wrong"
    except ValidationError as error:
        return f"{found[1]}: {error}"
    return ""


def is_known(authority: str) -> bool:
    """Return whether identifiers of a register are checked."""
    return authority in _FORMS


def is_ror(code: str) -> bool:
    """Return whether a code is a ROR: its last two digits check (ISO/IEC 7064, MOD 97-10)."""
    if not _ROR.fullmatch(code):
        return False
    number = 0
    for character in code[:-2]:
        number = number * 32 + _CROCKFORD.index(character)
    return str(mod_97_10.calc_check_digits(str(number))) == code[-2:]


_FORMS: Final[Mapping[str, tuple[str, Callable[[str], object] | None]]] = {
    "GeoNames": (r"https://sws\.geonames\.org/([1-9][0-9]{0,9})/", None),
    "GLEIF": (r"https://search\.gleif\.org/#/record/([0-9A-Z]{20})", lei.validate),
    "ISNI": (r"https://isni\.org/isni/([0-9]{15}[0-9X])", isni.validate),
    "ORCID": (r"https://orcid\.org/((?:[0-9]{4}-){3}[0-9]{3}[0-9X])", isni.validate),
    "ROR": (r"https://ror\.org/(0[a-hj-km-np-tv-z0-9]{6}[0-9]{2})", is_ror),
    "USCC": (r"([0-9A-HJ-NPQRTUWXY]{18})", uscc.validate),
    "Wikidata": (r"http://www\.wikidata\.org/entity/(Q[1-9][0-9]*)", None),
}
