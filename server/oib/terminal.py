"""Text for a terminal: control characters are shown as escapes, not sent."""

import re

# Control characters but for line feed and tab (ECMA-48), the marks that turn the direction of text
# (Unicode, UAX 9), and what stands for the bytes of a file name that is not UTF-8.
_STEERING = re.compile(
    r"[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_LINE_BREAKS = re.compile(r"[\n\t]")


def printable(text: str, on_one_line: bool = False) -> str:
    """Return a text with escapes such as ``\\x1b`` in place of characters that steer a terminal.

    Args:
        text: what is to be printed.
        on_one_line: whether line feeds and tabs are escaped, too, as in the name of a file.
    """
    text = _STEERING.sub(_escape, text)
    return _LINE_BREAKS.sub(_escape, text) if on_one_line else text


def _escape(character: re.Match[str]) -> str:
    return ascii(character[0])[1:-1]
