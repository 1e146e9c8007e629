"""Character classes that several grammars share, as what stands between ``[`` and ``]``."""

from typing import Final

#: PN_CHARS_BASE of Turtle and SPARQL: with what a prefix begins.
PN_CHARS_BASE: Final = (
    r"A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D"
    r"\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)

#: PN_CHARS of Turtle and SPARQL: of what the rest of a prefix consists, and of dots.
PN_CHARS: Final = PN_CHARS_BASE + r"_\-0-9\u00B7\u0300-\u036F\u203F\u2040"

#: NameStartChar and NameChar of Namespaces in XML 1.0, section 3, without the colon.
NC_NAME_START: Final = PN_CHARS_BASE + "_"
NC_NAME: Final = PN_CHARS + "."
