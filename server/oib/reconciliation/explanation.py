"""Why a candidate is a match or none, in a sentence, in English and Chinese."""

from typing import Final

from oib.reconciliation.collection import KIND_NAMES
from oib.reconciliation.model import Candidate

_KINDS: Final = (
    "首选名称",
    "其他名称",
    "拼写形式",
    "译名",
    "文献所称名称",
    "登记名称",
    "原印形式",
)
_REASONS: Final = {
    "same": ("same letters or words as its {kind} name “{name}”", "与其{kind}“{name}”字词相同"),
    "pinyin": ("pinyin of its {kind} name “{name}”", "为其{kind}“{name}”的拼音"),
    "spelled": (
        "its {kind} name “{name}”, with a typing error",
        "为其{kind}“{name}”，有一处拼写错误",
    ),
    "kind": (
        "its {kind} name “{name}”, but for words that say of which kind it is, or where",
        "为其{kind}“{name}”，仅表示类别或地点的词不同",
    ),
    "alias": (
        "its {kind} name “{name}”, with another of its names",
        "其{kind}“{name}”，并附另一名称",
    ),
    "identifier": ("its identifier", "为其标识符"),
    "property": ("has the values asked for", "具有所查的值"),
    "contradiction": (
        "its name “{name}” fits, but it has other values than those asked for",
        "名称“{name}”相符，但其值与所查不同",
    ),
    "short form": (
        "“{name}” is a short form that could as well stand for another thing",
        "“{name}”为简称，亦可指其他对象",
    ),
    "case": (
        "“{name}” is an acronym; the text is not in capitals",
        "“{name}”为缩写，而文本并非大写",
    ),
    "initials": ("the first letters of its {kind} name “{name}”", "为其{kind}“{name}”的首字母"),
    "core": ("part of its {kind} name “{name}”", "为其{kind}“{name}”的一部分"),
    "bare": (
        "its {kind} name “{name}” without the words in brackets",
        "为其{kind}“{name}”去掉括注",
    ),
    "words": ("words in common with its {kind} name “{name}”", "与其{kind}“{name}”有共同的词"),
    "letters": (
        "characters in common with its {kind} name “{name}”",
        "与其{kind}“{name}”有共同的字",
    ),
}
_CONTRADICTIONS: Final = {
    "place_contradicts": ("another place", "地点不同"),
    "number_contradicts": ("another number", "数字不同"),
}


def explain(candidate: Candidate, language: str = "en") -> str:
    """Return why a candidate has its score, and what speaks against it.

    Args:
        candidate: as ``ReconciliationService.match`` returns it.
        language: ``en``, or ``zh`` and what begins with it.
    """
    is_chinese = language.startswith("zh")
    place = 1 if is_chinese else 0
    name = candidate.name
    kinds = _KINDS if is_chinese else KIND_NAMES
    text = _REASONS[candidate.reason][place].format(
        kind=kinds[name.kind] if name else "", name=name.text if name else ""
    )
    parts = [text]
    parts += [
        texts[place] for feature, texts in _CONTRADICTIONS.items() if feature in candidate.features
    ]
    namesakes = candidate.features.get("namesakes")
    if namesakes and not candidate.is_match:
        parts.append(
            f"另有 {namesakes} 个对象同样符合"
            if is_chinese
            else f"{namesakes} more would fit as well"
        )
    return ("；" if is_chinese else "; ").join(parts)
