"""Messages of rules as shapes have them: templates, with a placeholder for each thing to be named.

A report puts names in place of ``{$this}``, ``{?value}``, ``{?path}`` (SHACL, section 5.3.2). Who
reads the rules, and not a report, reads the words of this module there.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

#: What each placeholder stands for, by its name and the language tag of the message.
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "this": {"en": "thing", "zh-Hans": "事物", "zh-Hant": "事物"},
    "value": {"en": "value", "zh-Hans": "值", "zh-Hant": "值"},
    "path": {"en": "property", "zh-Hans": "属性", "zh-Hant": "屬性"},
}
_PLACEHOLDER: Final = re.compile(r"\{[$?](\w+)\}")
_BRACKETS: Final = {"en": ("[", "]"), "zh": ("〈", "〉")}
# Chinese characters and punctuation have no blank between them and a word in Chinese.
_CHINESE: Final = r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uff65]"
_BLANK_BEFORE: Final = re.compile(rf"(?<={_CHINESE}) $")
_BLANK_AFTER: Final = re.compile(rf"^ (?={_CHINESE})")


def split_message(text: str, language: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a message in turn: text, or the words of a placeholder.

    Args:
        text: of the message.
        language: its language tag.

    Yields:
        each part that is not empty, and whether it stands for a placeholder. A variable that has no
        words of its own is called by its name.
    """
    parts = _PLACEHOLDER.split(text)
    for index, part in enumerate(parts):
        is_placeholder = index % 2 == 1
        if is_placeholder:
            part = WORDS.get(part, {}).get(_tag(language), part)
        elif language.lower().startswith("zh"):
            part = _BLANK_BEFORE.sub("", part) if index < len(parts) - 1 else part
            part = _BLANK_AFTER.sub("", part) if index else part
        if part:
            yield part, is_placeholder


def message_in_words(text: str, language: str) -> str:
    """Return a message with words in brackets in place of its placeholders."""
    opening, closing = _BRACKETS[_tag(language).partition("-")[0]]
    return "".join(
        f"{opening}{part}{closing}" if is_placeholder else part
        for part, is_placeholder in split_message(text, language)
    )


def _tag(language: str) -> str:
    """Return the tag of the words that suit a language."""
    tag = language.lower()
    if not tag.startswith("zh"):
        return "en"
    return "zh-Hant" if "hant" in tag else "zh-Hans"
