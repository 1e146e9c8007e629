"""Syntax errors in Chinese: what the parsers of Turtle and of dates say, sentence by sentence."""

import re
from typing import Final

# Expressions over an English sentence, and the Chinese for it.
_SENTENCES: Final = (
    (r"A dot is expected at the end of statements", "语句末尾应有句点"),
    (r"or, before this place, a semicolon or a comma", "或在此处之前应有分号或逗号"),
    (
        r"a dot, not a semicolon, stands before the next subject, (.*)",
        r"下一主语 \1 之前应为句点，而非分号",
    ),
    (
        r"a semicolon, not a comma, stands before the next property, (.*)",
        r"下一属性 \1 之前应为分号，而非逗号",
    ),
    (r"The prefix (\S*?): has not been declared", r"前缀 \1: 未声明"),
    (r"did you mean (\S+): \?", r"是否应为 \1: ？"),
    (r"add the line (.*)", r"请添加一行 \1"),
    (r"add a line (.*)", r"请添加一行 \1"),
    (r"No scheme found in an absolute IRI", "IRI 不完整：缺少协议部分"),
    (r"a relative IRI needs a line such as (.*) above it", r"相对 IRI 之前须有一行，例如 \1"),
    (r"Invalid IRI code point '(.*)'", r"IRI 含不允许的字符“\1”"),
    (r"an IRI holds no blanks; write a hyphen, or %20", "IRI 中不能有空格；请写连字符或 %20"),
    (r"what begins here is nowhere closed", "此处开始的内容没有结束"),
    (r"the last statement has no dot", "最后一个语句没有句点"),
    (r"Unexpected end of file", "文件意外结束"),
    (r"Unexpected end", "意外结束"),
    (r"Line jumps are not allowed in string literals.*", "字符串中不能换行"),
    (r'a text of several lines stands between """ and """', '多行文本须写在 """ 与 """ 之间'),
    (
        r"(.) is a typographic mark; texts stand between straight quotes .*",
        r'\1 是弯引号；文本须用直引号 "…" 括起',
    ),
    (r"(.) is full-width; write (.)", r"\1 是全角符号；请写 \2"),
    (
        r"here stands (U\+\w+) \(.*\); write a plain blank",
        r"此处是特殊空白（\1）；请改为普通空格",
    ),
    (
        r"here stands an invisible character \((U\+\w+)\); delete it",
        r"此处有不可见字符（\1）；请删除",
    ),
    (
        r"this is JSON, perhaps JSON-LD; .*",
        "这是 JSON（或为 JSON-LD）；oib 读取 Turtle，请另存为 Turtle",
    ),
    (
        r"this is XML, perhaps RDF/XML; .*",
        "这是 XML（或为 RDF/XML）；oib 读取 Turtle，请另存为 Turtle",
    ),
    (
        r"a mark of a merge conflict is left in the file; .*",
        "文件中留有合并冲突标记；请保留其中一个版本",
    ),
    (r"PREFIX has no dot behind it; .*", "PREFIX 之后没有句点；请改写为 @prefix，或删去句点"),
    (r"a backslash in a text is written (.*)", r"文本中的反斜杠须写作 \1"),
    (r"a colon stands behind the prefix", "前缀之后须有冒号"),
    (r"an IRI stands between < and >", "IRI 须用 < 与 > 括起"),
    (r"an IRI stands between < and >, and a dot at the end", "IRI 须用 < 与 > 括起，行末须有句点"),
    (
        r"a date stands between quotes, with its type: (.*)",
        r"日期须用引号括起，并注明类型：\1",
    ),
    (r"a language tag has hyphens, such as (\S+)", r"语言标签用连字符，例如 \1"),
    (r"a type stands behind two signs: (\S+)", r"类型之前须有两个符号：\1"),
    (r"a quotation mark within a text is written (.*)", r"文本中的引号须写作 \1"),
    (
        r"an apostrophe within a text needs (.) around the text, or (.*)",
        r"文本中有撇号时，须用 \1 括起文本，或写作 \2",
    ),
    (r"true and false are written in small letters", "true 与 false 须用小写"),
    (
        r"this is TriG; a file of Turtle has no named graphs",
        "这是 TriG；Turtle 文件没有命名图",
    ),
    (r"a name has a prefix in front, such as (\S+)", r"名称之前须有前缀，例如 \1"),
    (
        r"it is declared further down; move that line to the top",
        "它在下文才声明；请将该行移至文件开头",
    ),
    (
        r"The PREFIX keyword should be followed by a prefix like '(.*)'",
        r"PREFIX 之后应为前缀，例如 \1",
    ),
    (
        r"The PREFIX declaration should be followed by a prefix and its value as an IRI",
        "PREFIX 之后应为前缀及其 IRI",
    ),
    (r"A language code should always start with a letter", "语言标签须以字母开头"),
    (r"Unexpected character '(.*)'", r"此处不应有字符“\1”"),
    (r"Unexpected escape character '(.*)'", r"“\1”不是有效的转义"),
    (
        r"The escape sequence '(.*)' is encoding .* that is not a valid unicode character",
        r"转义“\1”不是有效的 Unicode 字符",
    ),
    (r"Expecting a datatype IRI after \^\^, found (.*)", r"^^ 之后应为数据类型 IRI，而非 \1"),
    (r"blank node property lists should end with a '\]'", "空节点的属性列表须以 ] 结束"),
    (
        r"a literal or an IRI is longer than the parser takes \((.*)\); split or shorten it",
        r"字面量或 IRI 超过解析器的上限（\1）；请拆分或缩短",
    ),
    (r"'(.*)' is not allowed at the beginning of a prefix name", r"“\1”不能作为前缀名的开头"),
    (r"(.*) is not a valid (subject|predicate|object)", r"\1 不能作为\2"),
    (r"(.*) is not a valid RDF (?:value|subject|predicate|object)", r"\1 不是有效的 RDF 值"),
    (
        r"(.*) is syntax of RDF 1.2; source files keep to RDF 1.1",
        r"\1 是 RDF 1.2 的语法；源文件只用 RDF 1.1",
    ),
    (r"an IRI of more than (\S+) characters; .*", r"IRI 超过 \1 个字符；请缩短"),
    (r"brackets are nested more than (\d+) deep", r"括号嵌套超过 \1 层"),
    (r"byte (\S+) is not UTF-8; save the file as UTF-8", r"字节 \1 不是 UTF-8；请将文件存为 UTF-8"),
    (r"the file is UTF-16; save it as UTF-8", "文件为 UTF-16；请存为 UTF-8"),
)
_PARTS: Final = {"subject": "主语", "predicate": "谓语", "object": "宾语"}


def in_chinese(reason: str) -> str:
    """Return the reason of a syntax error in Chinese, as far as its sentences are known."""
    for pattern, chinese in _SENTENCES:
        if match := re.fullmatch(pattern, reason, re.DOTALL):
            said = match.expand(chinese)
            for english, word in _PARTS.items():
                said = said.replace(f"作为{english}", f"作为{word}")
            return said
    first, semicolon, rest = reason.partition("; ")
    if semicolon:
        return f"{in_chinese(first)}；{in_chinese(rest)}"
    return reason


_DATE: Final = re.compile(
    r"(['\"])(.*)\1 is not a date: (.*); write it in EDTF, such as (.*)", re.DOTALL
)
_DATE_REASONS: Final = (
    (r"an interval needs a date on one side at least", "时间段至少须有一端为日期"),
    (r"the interval ends before it begins", "时间段的终点早于起点"),
    (r"the form is not one of EDTF, level 0 or 1", "不符合 EDTF 0 级或 1 级的格式"),
    (r"digits are left unspecified from the right only", "只能自右起以 X 代替未知的数字"),
    (r"there is no year 0 here, only 0001 to 9999", "年份只能是 0001 至 9999"),
    (r"a season has no days", "季节没有日"),
    (r"there is no month (.*)", r"没有 \1 月"),
    (r"(.*) has no day (.*)", r"\1 没有 \2 日"),
)


def date_in_chinese(reason: str) -> str:
    """Return what ``edtf.parse_edtf`` says of a date in Chinese, any other text as it is."""
    match = _DATE.fullmatch(reason)
    if match is None:
        return reason
    _, text, why, examples = match.groups()
    for pattern, chinese in _DATE_REASONS:
        if found := re.fullmatch(pattern, why):
            return f"“{text}”不是日期：{found.expand(chinese)}；请按 EDTF 书写，例如 {examples}"
    return reason
