"""The messages of the interface, in both languages."""

from typing import Final

from oib.namespaces import PREFIXES

#: The languages of the pages; the first is the default.
LANGUAGES: Final = ("en", "zh-Hans")

#: Each message by its key, in the order of LANGUAGES; ``{…}`` are fields of ``str.format``.
MESSAGES: Final = {
    "about": ("About", "关于"),
    "all_downloads": ("Downloads", "下载"),
    "about_document": ("About this document", "关于本文档"),
    "about_page": ("About and method", "关于与方法"),
    "corrections_people": (
        "Of living people, only public roles are shown, each as somebody’s claim. Nobody is ranked "
        "or rated, and no list sorts people by anything but their names.",
        "在世人物仅列其公开职务，且均为某方主张。不对任何人排名或评级，人物列表仅按姓名排列。",
    ),
    "explain_disputed": (
        "Somebody has assessed the claim and calls it into question: the verdict, and who gave it. "
        "The claim itself stays as it was made.",
        "有人对此主张作出评估并提出质疑：列出结论与评估者。主张本身保持原样。",
    ),
    "explain_how_surely": (
        "The hedge: stated outright, implied, likely, stated as an aim, and so on, with the words "
        "of the document where they matter. Only what is stated outright can count as stated "
        "directly.",
        "即保留语气：直接陈述、暗示、可能、作为目标等，必要时附文献原词。"
        "唯有直接陈述者，方可计为“直接陈述”。",
    ),
    "explain_not_stated": (
        "What no document states is left out. A claim that is not here is neither denied nor "
        "confirmed: an empty cell or an answer without rows means that nobody whom we have read "
        "says so.",
        "文献未述及者一律从略。此处没有的主张，既未被否认，也未被证实："
        "空格或无结果仅表示所阅读的文献均未述及。",
    ),
    "explain_partial": (
        "The statement holds for some of those it is about, or its list is not complete.",
        "陈述仅适用于所述对象的一部分，或所列并不完整。",
    ),
    "explain_relayed": (
        "The document passes on what somebody else says. It then does not vouch for the claim.",
        "文献转述他人的说法，并不为该主张作保。",
    ),
    "explain_sources": (
        "What the document itself cites for the statement, as its citation has it. They were not "
        "read here unless they are in the list of documents.",
        "文献自身为该陈述所引的来源，照其引注著录。除列入文献列表者外，此处并未阅读。",
    ),
    "explain_statement": (
        "Subject, property and value. It is somebody’s statement, not ours.",
        "主体、属性与值。此为某方的陈述，而非本站的陈述。",
    ),
    "explain_when": (
        "The time for which the statement is made. A source’s date is never that of an event; an "
        "end that is not known stays open.",
        "陈述所适用的时间。来源日期绝非事件日期；未知的一端保持开放。",
    ),
    "explain_where": (
        "The document in which the statement was read, with the unit of its text (p07 is the "
        "seventh paragraph, n4 a note, e2 a line of the summary) and the characters from and to.",
        "读到该陈述的文献，并附文本单元（p07 为第七段，n4 为注释，e2 为提要中的一条）与字符起止。",
    ),
    "explain_who": (
        "Who vouches for the statement: often the document itself, sometimes somebody whom it "
        "quotes.",
        "为该陈述作保者：多为文献本身，有时为其所引之人。",
    ),
    "how_to_read": ("How to read a claim", "如何阅读一项主张"),
    "how_to_read_example": ("A claim of this data set", "本数据集中的一项主张"),
    "how_to_read_lead": (
        "Everything here is somebody’s claim. Each one says who makes it, where it was read, how "
        "surely it is stated, on which sources, and whether anybody disputes it.",
        "此处一切均为某方主张。每项主张注明由谁提出、载于何处、确定程度、依据何种来源以及有无争议。",
    ),
    "how_to_read_parts": ("Its parts", "各组成部分"),
    "known": ("What is known", "已知概况"),
    "licence_data": ("Data", "数据"),
    "licence_heading": ("Licence", "许可"),
    "licence_text": (
        "Cite the address of a page and the data version that it names; each page has both.",
        "引用时请注明页面地址及其所示数据版本，各页面均载明二者。",
    ),
    "statement": ("Statement", "陈述"),
    "any": ("any", "不限"),
    "choose": ("Choose", "筛选"),
    "cite": ("Cite this", "引用本页"),
    "form_mistake": (
        "This was not run: one of the values does not fit. Pick a name from the list, or mend it.",
        "尚未运行：有一个值不符合要求。请从列表中选取名称，或加以修改。",
    ),
    "no_row_stated": (
        "No row: not stated, which is not no. No document that was read here says so.",
        "无结果：未述及，并不等于“否”。此处所阅读的文献均未述及。",
    ),
    "pick_name": (
        "Pick one of {count} names, or type a name or an IRI.",
        "可从 {count} 个名称中选取，亦可输入名称或 IRI。",
    ),
    "share": ("Address of this answer", "本答案的地址"),
    "table": ("Table", "表格"),
    "near_names": ("Do you mean one of these?", "是否要找以下各项？"),
    "problem_400": ("Bad request", "请求有误"),
    "problem_text_400": (
        "Something in the address or the form does not fit; the line below says what.",
        "地址或表单中有内容不符合要求，具体见下行。",
    ),
    "problem_403": ("Forbidden", "不允许"),
    "problem_text_403": (
        "This server only reads; the line below says what was refused.",
        "本服务器只读；被拒绝的内容见下行。",
    ),
    "problem_404": ("Not found", "未找到"),
    "problem_text_404": (
        "Nothing has this address. Search for a name, or begin with one of the lists.",
        "此地址下没有内容。请搜索名称，或从下列列表开始。",
    ),
    "problem_405": ("Method not allowed", "方法不允许"),
    "problem_text_405": ("This address cannot be used in that way.", "此地址不支持该请求方法。"),
    "problem_406": ("Not acceptable", "无此格式"),
    "problem_text_406": (
        "This is not offered in the form that was asked for; the line below names the others.",
        "不提供所请求的格式；可用格式见下行。",
    ),
    "problem_410": ("Gone", "已撤回"),
    "problem_text_410": ("This was withdrawn.", "此内容已撤回。"),
    "problem_413": ("Too large", "过大"),
    "problem_text_413": (
        "The request or its answer is too large; ask for less.",
        "请求或答案过大；请缩小范围。",
    ),
    "problem_429": ("Too many requests", "请求过多"),
    "problem_text_429": ("Please wait a little, then try again.", "请稍候再试。"),
    "problem_500": ("Server error", "服务器出错"),
    "problem_text_500": (
        "The server failed to answer; please report it.",
        "服务器未能答复；请告知维护者。",
    ),
    "problem_503": ("Unavailable", "暂不可用"),
    "problem_text_503": (
        "The answer took too long, or the server is busy; ask for less, or try again.",
        "答案耗时过长，或服务器繁忙；请缩小范围或稍后再试。",
    ),
    "all_classes": ("Things by class", "各类事物数量"),
    "all_properties": ("Statements by property", "各属性陈述数量"),
    "all_linksets": ("Links to other registers", "与外部登记的链接"),
    "dump_claims-rdf12.ttl": (
        "Claims as triple terms (RDF 1.2), for stores that know them",
        "以三元组项表示的主张（RDF 1.2），供支持的存储库使用",
    ),
    "dump_context.jsonld": ("The context for JSON-LD", "JSON-LD 上下文"),
    "dump_data.nq.gz": (
        "Everything, with the named graph of each statement: N-Quads",
        "全部内容，含各陈述的命名图：N-Quads",
    ),
    "dump_data.trig.gz": (
        "Everything, with the named graphs, to be read by people: TriG",
        "全部内容，含命名图，便于人读：TriG",
    ),
    "dump_ftm.json": (
        "Entities for tools of FollowTheMoney, one a line",
        "供 FollowTheMoney 工具使用的实体，每行一个",
    ),
    "download": ("Download", "下载"),
    "filter_words": ("Only what contains", "仅显示包含"),
    "filter_severity": ("Severity", "级别"),
    "filtered": ("{count} of {whole} shown", "显示 {whole} 项中的 {count} 项"),
    "tree": ("Tree of classes", "类的层级"),
    "record_of_data_set": ("The description in full", "完整描述"),
    "cards": ("All on record: evidence, wording, sources", "完整记录：证据、措辞与来源"),
    "posts": ("Posts in it, as claimed", "据称在此任职者"),
    "table_of": ("Table: {of}", "表格：{of}"),
    "any_domain": ("of things of any class", "任何类的事物"),
    "shapes_of_rules": ("Shapes that group the rules", "归组各规则的形状"),
    "list_all": ("{total} in all", "共 {total} 项"),
    "list_none": (
        "Nothing is left. Not stated is not no: choose less, or see the claims.",
        "无符合条件者。未述及不等于“否”：请放宽条件，或查看各项主张。",
    ),
    "list_region": ("The list", "列表"),
    "list_some": ("{total} of {whole}", "{whole} 项中的 {total} 项"),
    "list_words": ("Words in it", "包含文字"),
    "lists": ("Lists", "列表"),
    "not_stated": ("not stated", "未述及"),
    "remove": ("remove", "移除"),
    "search": ("Search", "搜索"),
    "search_for": ("Name or text, in English or Chinese", "名称或文字，中英文均可"),
    "tools": ("Questions and data", "问题与数据"),
    "ask": ("Ask", "查询"),
    "asserts": ("Claims it vouches for", "其所主张"),
    "assesses": ("Assessments it made", "其所作评估"),
    "assessment": ("assessment", "评估"),
    "backing": ("How they back it", "引证方式"),
    "change": ("Change it and run it", "修改并运行"),
    "changes": ("Changes", "变更"),
    "changes_counts": (
        "{created} new, {changed} changed, {deleted} gone.",
        "新增 {created} 项，变更 {changed} 项，移除 {deleted} 项。",
    ),
    "changes_lead": (
        "Each release stays as it was: its data, its documents, its SPARQL endpoint. "
        "Between two of them, this is what changed.",
        "每个发布版本均保持原样：其数据、文档与 SPARQL 端点。以下为相邻版本之间的变更。",
    ),
    "characters": ("characters {start}–{end}", "第 {start}–{end} 字符"),
    "characteristics": ("Characteristics", "特性"),
    "cited": ("Claims that cite it", "引用此文献的主张"),
    "claim": ("claim", "主张"),
    "claims": ("Claims", "主张"),
    "claims_lead": (
        "Each statement as somebody makes it: who says it, where, how surely, since when.",
        "每项陈述均注明由谁提出、载于何处、确定程度与时间。",
    ),
    "classes": ("Classes", "类"),
    "concepts": ("Concepts", "概念"),
    "corrections": ("Corrections", "更正"),
    "corrections_text": (
        "Something here may be wrong, about you or about anybody. Ask for a correction: open an "
        "issue in the project’s repository, or write to the maintainers as the section "
        "“Corrections” of its README says. The address of the page is enough. We answer every "
        "request; what is found wrong is withdrawn or gets an assessment, with the reason on "
        "record.",
        "此处内容可能有误，无论涉及您本人或他人。请求更正：在项目仓库中提出 issue，或按其 README "
        "“Corrections”一节所述致函维护者，只需附上页面地址。每项请求均会答复；"
        "查实有误者将予撤回或附以评估，并载明理由。",
    ),
    "correct_person": (
        "Is something wrong about this person? Ask for a correction",
        "关于此人的内容有误？请求更正",
    ),
    "correct_people": (
        "Is something wrong about one of them? Ask for a correction",
        "关于其中某人的内容有误？请求更正",
    ),
    "correct_how": (
        "Open an issue in the project’s repository, or write to the maintainers.",
        "可在项目仓库中提出 issue，或致函维护者。",
    ),
    "dataset": ("Data set", "数据集"),
    "definition": ("Definition", "定义"),
    "deprecated": (
        "No longer valid: the curators have withdrawn this record",
        "已失效：编者已撤销此记录",
    ),
    "differences": ("Where answers differ from the standard", "与标准不同之处"),
    "differences_lead": (
        "The engine behind this endpoint departs from SPARQL 1.1 in these points.",
        "此端点所用引擎在以下方面与 SPARQL 1.1 标准不同。",
    ),
    "description": ("Description", "说明"),
    "digest": ("Digest", "摘要值"),
    "direct": ("Stated directly", "直接陈述"),
    "direct_lead": (
        "What a document states in its own voice, unhedged and undisputed. "
        "Direct does not mean true.",
        "文献以自身口吻作出、未加保留且无争议的陈述。“直接”并不等于“属实”。",
    ),
    "direct_none": (
        "No document states anything about it outright; see the claims.",
        "尚无文献对其作直接陈述；请见各项主张。",
    ),
    "disjoint": ("Disjoint with", "互斥的类"),
    "disputed": ("Disputed", "有争议"),
    "disputed_by": ("Disputed by", "质疑者"),
    "assessed_by": ("Assessed by", "评估者"),
    "domain": ("Domain", "定义域"),
    "downloads": ("As data", "数据形式"),
    "endpoint": ("SPARQL endpoint", "SPARQL 端点"),
    "entailed": ("by the ontology also", "据本体亦为"),
    "equivalent": ("Exactly those that are", "等价于"),
    "event_stream": ("All changes as an event stream (LDES)", "全部变更的事件流（LDES）"),
    "evidence": ("evidence", "证据"),
    "example": ("Example: {example}", "示例：{example}"),
    "external": ("In other registers", "外部登记"),
    "first_rows": (
        "The first {shown} of {total} rows; the data forms have them all.",
        "共 {total} 行，此处显示前 {shown} 行；数据形式包含全部。",
    ),
    "first_rows_of_many": (
        "The first {shown} of very many rows; the data forms have more.",
        "行数极多，此处显示前 {shown} 行；更多内容见数据形式。",
    ),
    "first_triples": (
        "Only the first triples are shown; the data forms have them all.",
        "此处仅显示前若干三元组；数据形式包含全部。",
    ),
    "omitted_columns": (
        "{shown} columns are shown and {omitted} left out.",
        "显示 {shown} 列，略去 {omitted} 列。",
    ),
    "cut_cells": (
        "Long values are cut; they end in “…”.",
        "过长的值已截断，以“…”结尾。",
    ),
    "format": ("Form of the answer", "答案形式"),
    "formats": ("This page as data", "本页的数据形式"),
    "graph": ("Named graph", "命名图"),
    "graph_contents": ("Statements", "陈述"),
    "graphs": ("Named graphs", "命名图"),
    "hedged": ("Hedged", "有保留"),
    "home": ("Home", "首页"),
    "how_surely": ("How surely", "确定程度"),
    "identity": ("Identity", "身份"),
    "in_claims": ("{count} claims", "{count} 项主张"),
    "kinds_of_things": ("Kinds of things", "事物种类"),
    "kinds": ("What is in it", "内容概览"),
    "language": ("Answer in", "语言"),
    "license": ("Licence: {name}", "许可：{name}"),
    "limits": ("What the endpoint does and does not do", "端点的限制"),
    "limits_text": (
        "It reads and never writes. It calls no other endpoint (SERVICE). A query may have "
        "{longest} characters. One that takes too long is stopped, and the answer says so. Without "
        "FROM, a query sees the union of all graphs.",
        "只读，不写。不调用其他端点（SERVICE）。查询不超过 {longest} 个字符。"
        "耗时过长者将被中止并予说明。不写 FROM 时，查询面向全部图的并集。",
    ),
    "on_this_page": (
        "{shown} of them on this page; the links below lead to the others.",
        "本页显示其中 {shown} 项；其余见下方链接。",
    ),
    "page_first": ("first", "首页"),
    "page_last": ("last", "末页"),
    "page_next": ("next", "下一页"),
    "page_of": ("Page {number} of {last}", "第 {number} 页，共 {last} 页"),
    "page_summary": (
        "{name}: what is claimed, by whom, where, how surely and since when.",
        "{name}：各项主张由谁提出、载于何处、确定程度与时间。",
    ),
    "page_previous": ("previous", "上一页"),
    "pages": ("Pages", "分页"),
    "more": ("{count} more", "另有 {count} 项"),
    "lower": ("Subclass or subproperty of", "上位"),
    "mentions": ("Claims that mention it", "提及此项的主张"),
    "messages": ("Message", "提示"),
    "name": ("Name", "名称"),
    "names": ("Names", "名称"),
    "no_releases": ("Nothing was released yet.", "尚无发布版本。"),
    "nothing": ("Nothing.", "无。"),
    "no_rows": ("No rows.", "无结果。"),
    "not_own_voice": ("not the voice of the document", "非文献自身的表述"),
    "note": ("Note of the curators", "编者说明"),
    "number": ("Number", "数量"),
    "ontology": ("Ontology", "本体"),
    "other_language": ("中文", "English"),
    "partial": ("Not of all", "并非全部"),
    "past": (
        "This is release {version} of {date}, as it was then.",
        "此为 {date} 发布的版本 {version}，保持当时原样。",
    ),
    "present_page": ("To the present data", "前往当前数据"),
    "present": ("the present data", "当前数据"),
    "picture_city_level": ("the city, no closer", "精确到城市"),
    "picture_coordinates_source": ("Coordinates: {registers}.", "坐标来源：{registers}。"),
    "picture_data": ("The same rows as a table", "同一数据的表格"),
    "picture_description": (
        "{question} {rows} rows, as in the table below the picture.",
        "{question}共 {rows} 行，与图下表格相同。",
    ),
    "picture_end_not_stated": ("end not stated", "端点未述"),
    "picture_between_bounds": ("at some time within", "在此期间某时"),
    "picture_disputed": ("disputed", "有争议"),
    "picture_hedged": ("hedged", "有保留"),
    "picture_in_brackets": (" ({text})", "（{text}）"),
    "picture_land_source": (
        "Land: Natural Earth, 1:110m, public domain. No border is drawn.",
        "陆地：Natural Earth 1:110m，公有领域。未绘任何边界。",
    ),
    "picture_lane": ("{name} ({number})", "{name}（{number}）"),
    "picture_list_colon": (": ", "："),
    "picture_list_separator": (", ", "、"),
    "picture_matrix_cell": (
        "{row}, {column}: {number} × {hedge}",
        "{row}，{column}：{number} 项{hedge}",
    ),
    "picture_not_on_the_map": ("Not on the map ({number})", "未上图（{number}）"),
    "picture_not_stated": ("not stated", "未述"),
    "picture_place_not_stated": ("place not stated", "地点未述"),
    "picture_of_thing": ("Picture of its ties", "关联图示"),
    "picture_query": ("The query behind it", "所依查询"),
    "picture_relayed": ("relayed, in another’s words", "转述他人之言"),
    "picture_share": ("{name}: {number} ({share}%)", "{name}：{number}（{share}%）"),
    "picture_stated_plainly": ("stated outright", "直接陈述"),
    "pictures": ("Pictures", "图示"),
    "pictures_lead": (
        "Drawn from the answers to saved queries: each picture has a table of the same rows, and "
        "the query behind it. What is hedged is never drawn solid.",
        "依已存查询的答案绘制：每幅图附有同一数据的表格及所依查询。有保留的主张绝不以实心绘出。",
    ),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "printed": ("printed “{date}”", "原印“{date}”"),
    "properties": ("Properties", "属性"),
    "property": ("Property", "属性"),
    "later_contradicts": ("A later document says otherwise", "较晚的文献说法不同"),
    "later_differs": ("Another document gives a later value", "另一文献载有更晚的数值"),
    "other_agrees": ("An independent document says so as well", "另一独立文献亦如此陈述"),
    "other_contradicts": ("Another document says otherwise", "另一文献说法不同"),
    "other_differs": (
        "Another document gives another value, for an earlier time or one that is not known",
        "另一文献另载一值，所指时间较早或不明",
    ),
    "other_documents": ("Other documents", "其他文献"),
    "other_finer": ("An independent document gives it more exactly", "另一独立文献所载更为精确"),
    "other_repeats": (
        "The same text elsewhere, which is no second voice",
        "同一文本见于他处，不计为另一来源",
    ),
    "other_rougher": ("An independent document gives it less exactly", "另一独立文献所载较为笼统"),
    "voices": ("Stated in {count} independent documents", "见于 {count} 份相互独立的文献"),
    "published": ("published {date}", "出版于 {date}"),
    "accessed": ("accessed {date}", "查阅于 {date}"),
    "queries": ("Questions", "问题"),
    "queries_lead": (
        "Saved queries: each one a question that the data answer, to run as it is or with other "
        "values.",
        "已存查询：数据能够回答的问题，可直接运行，亦可更换参数。",
    ),
    "query_text": ("The query", "查询文本"),
    "range": ("Range", "值域"),
    "record": ("Record", "记录"),
    "relayed": ("Relayed", "转述"),
    "releases": ("Releases", "发布版本"),
    "reported": ("Claims read in it", "载于此文献的主张"),
    "result": ("Answer", "答案"),
    "rows": ("{count} rows", "{count} 行"),
    "rule": ("Rule", "规则"),
    "run": ("Run", "运行"),
    "section": (
        "(SPARQL 1.1 Query Language, section {number})",
        "（SPARQL 1.1 查询语言，第 {number} 节）",
    ),
    "size": ("Size in bytes", "字节数"),
    "severity": ("Severity", "级别"),
    "shapes": ("Rules", "规则"),
    "skip": ("Skip to the content", "跳至正文"),
    "statements_added": ("Statements added", "新增陈述"),
    "statements_changed": ("statements", "陈述"),
    "statements_removed": ("Statements removed", "移除陈述"),
    "things_changed": ("Changed", "变更"),
    "things_created": ("New", "新增"),
    "things_deleted": ("Gone", "移除"),
    "sources": ("Sources cited", "引用来源"),
    "things_to_try": ("Five things to try", "五件可试之事"),
    "try_data": ("Take the same thing as data (Turtle):", "以数据形式（Turtle）获取同一内容："),
    "try_disputed": ("See how a disputed claim is shown:", "看看有争议的主张如何呈现："),
    "try_question": ("Ask a question, and change its values:", "提出一个问题并更换参数："),
    "try_read": (
        "Read everything that is claimed about one thing:",
        "阅读关于某一事物的全部主张：",
    ),
    "try_sparql": ("Write a query of your own:", "自行编写查询："),
    "types": ("Type", "类型"),
    "undisputed": ("No assessment of it is on record.", "尚无评估记录。"),
    "units": ("Units of its text", "文本单元"),
    "used_by": ("Used by", "用于"),
    "uses": ("Uses", "使用次数"),
    "value": ("Value", "值"),
    "version": ("Data version {version}", "数据版本 {version}"),
    "vocab": ("Vocabulary", "词表"),
    "when": ("When", "时间"),
    "where": ("Where", "出处"),
    "who": ("Who says it", "由谁提出"),
    "withdrawn": ("Withdrawn", "已撤回"),
    "withdrawn_text": (
        "This record was withdrawn. Its address stays, so that nobody takes it for another.",
        "此记录已撤回。其地址保留，以免另作他用。",
    ),
    "write_instead": ("Write instead:", "请改写为："),
    "wording": ("As the source words it", "来源措辞"),
    "editor_cancel": ("Cancel", "取消"),
    "editor_cancelled": ("Cancelled.", "已取消。"),
    "editor_completions": ("Completions", "补全"),
    "editor_copied": ("The link to this query is copied.", "此查询的链接已复制。"),
    "editor_diagnostics": ("Errors", "错误"),
    "editor_done": (
        "Answered in {seconds} s from data version {version}.",
        "用时 {seconds} 秒，数据版本 {version}。",
    ),
    "editor_examples": ("Examples", "示例"),
    "editor_failed": (
        "Not answered; the place of the error is underlined where it is known.",
        "未能作答；已知出错位置者以下划线标出。",
    ),
    "editor_forget": ("Forget them", "清除"),
    "editor_keys": (
        "Ctrl+Enter runs the query, Ctrl+Space completes, Esc and then Tab leaves the editor.",
        "Ctrl+Enter 运行查询，Ctrl+空格 补全，先按 Esc 再按 Tab 离开编辑器。",
    ),
    "editor_past": ("Your queries, on this device only", "历史查询（仅存于本设备）"),
    "editor_running": ("Running …", "正在运行……"),
    "editor_share": ("Copy the link", "复制链接"),
    "editor_unreachable": (
        "The server cannot be reached. The query is still here; run it again.",
        "无法连接服务器。查询仍在此处，请重新运行。",
    ),
    "year": ("year", "年份"),
    "your_query": ("Your query (SPARQL 1.1)", "查询（SPARQL 1.1）"),
    "search_label": ("Names, texts, sources and questions", "名称、文本、来源与问题"),
    "search_lead": (
        "Finds things by any form of their name, in English, Chinese (both scripts) or pinyin, and "
        "by the texts about them; also sources, terms, rules and questions.",
        "可按名称的任何形式（英文、简繁体中文、拼音）及相关文本检索各项内容，亦可检索来源、术语、规则与问题。",
    ),
    "search_kind": ("Only", "仅限"),
    "search_all": ("everything", "全部"),
    "search_results": ("{total} results", "{total} 条结果"),
    "search_many": ("More than {total} results", "超过 {total} 条结果"),
    "search_some": (
        "Nothing has all of these words; these have some of them.",
        "没有包含全部词语的结果；以下结果包含其中一部分。",
    ),
    "search_none": (
        "Nothing was found. Try fewer words, or the beginning of one.",
        "未找到结果。请减少词语，或只输入词语的开头。",
    ),
    "search_names": (
        "Is this a list of names? Reconciliation finds the IRI of each.",
        "要查询整列名称？对齐服务可逐一找出其 IRI。",
    ),
    "spoken_of_in": ("Spoken of in", "述及文献"),
    "matched": ("Found by", "匹配形式"),
    "kind_entity": ("things", "实体"),
    "kind_term": ("terms of the ontology", "本体术语"),
    "kind_concept": ("concepts", "概念"),
    "kind_rule": ("rules", "规则"),
    "kind_query": ("questions", "问题"),
    "kind_claim": ("claims", "主张"),
    "role_preferred": ("preferred name", "首选名称"),
    "role_alternative": ("other name", "其他名称"),
    "role_hidden": ("spelling", "拼写形式"),
    "role_translated": ("our translation", "本站译名"),
    "role_stated": ("name that a document states", "文献所称名称"),
    "role_registered": ("name in a register", "登记名称"),
    "role_as_printed": ("as printed", "原印形式"),
    "role_note": ("note", "说明"),
    "role_source": ("source", "来源"),
    "role_definition": ("definition", "定义"),
    "role_message": ("message of the rule", "规则提示"),
    "role_question": ("question", "问题"),
    "reconciliation": ("Names to IRIs", "名称对齐"),
    "reconciliation_lead": (
        "A service that finds the IRI for each name of a list, for OpenRefine and other clients of "
        "the Reconciliation API. It marks a match only if nothing else could be meant.",
        "为列表中的每个名称找出 IRI 的服务，供 OpenRefine 及其他对齐 API（Reconciliation API）"
        "客户端使用。仅在别无他指时才标为匹配。",
    ),
    "reconciliation_openrefine": (
        "In OpenRefine: Reconcile → Start reconciling → Add standard service, with this address:",
        "在 OpenRefine 中：Reconcile → Start reconciling → Add standard service，填入以下地址：",
    ),
    "reconciliation_versions": ("Addresses", "地址"),
    "reconciliation_types": ("Types to choose from", "可选类型"),
    "reconciliation_command": (
        "On the command line, for a table:",
        "在命令行中处理表格：",
    ),
}

#: The statuses of HTTP that have a name and an explanation of their own above.
EXPLAINED_STATUSES: Final = frozenset(
    int(key.removeprefix("problem_")) for key in MESSAGES if key.removeprefix("problem_").isdigit()
)

#: Colon, brackets and separator of a list, by language: those of Chinese have full width.
PUNCTUATION: Final = {
    "en": {
        "colon": ": ",
        "full_stop": ". ",
        "semicolon": "; ",
        "opening": " (",
        "closing": ")",
        "separator": ", ",
    },
    "zh-Hans": {
        "colon": "：",
        "full_stop": "。",
        "semicolon": "；",
        "opening": "（",
        "closing": "）",
        "separator": "、",
    },
}

#: Names of properties of other vocabularies that have no label in the data.
PROPERTY_NAMES: Final = {
    PREFIXES["skos"] + "prefLabel": ("Name", "名称"),
    PREFIXES["skos"] + "altLabel": ("Other names", "其他名称"),
    PREFIXES["skos"] + "hiddenLabel": ("Found under", "检索形式"),
    PREFIXES["foaf"] + "name": ("Name of the person", "姓名"),
    PREFIXES["dcterms"] + "bibliographicCitation": ("To cite", "引用格式"),
    PREFIXES["dcterms"] + "contributor": ("Contributor", "贡献者"),
    PREFIXES["dcterms"] + "created": ("Created", "创建日期"),
    PREFIXES["dcterms"] + "description": ("Description", "说明"),
    PREFIXES["dcterms"] + "identifier": ("Identifier", "标识符"),
    PREFIXES["dcterms"] + "modified": ("Modified", "修改日期"),
    PREFIXES["dcterms"] + "source": ("Source", "来源"),
    PREFIXES["dcterms"] + "creator": ("Creator", "作者"),
    PREFIXES["dcterms"] + "isReplacedBy": ("Replaced by", "替代者"),
    PREFIXES["dcterms"] + "issued": ("Issued", "发布日期"),
    PREFIXES["dcterms"] + "language": ("Language", "语言"),
    PREFIXES["dcterms"] + "license": ("Licence", "许可"),
    PREFIXES["dcterms"] + "publisher": ("Publisher", "出版者"),
    PREFIXES["dcterms"] + "title": ("Title", "标题"),
    PREFIXES["skos"] + "changeNote": ("Note of the change", "变更说明"),
    PREFIXES["skos"] + "closeMatch": ("Close to", "近似于"),
    PREFIXES["skos"] + "relatedMatch": ("Related to", "相关于"),
    PREFIXES["owl"] + "versionInfo": ("Version", "版本"),
    PREFIXES["owl"] + "versionIRI": ("This version", "此版本"),
    PREFIXES["owl"] + "deprecated": ("Retired", "已弃用"),
    PREFIXES["owl"] + "SymmetricProperty": ("symmetric", "对称"),
    PREFIXES["owl"] + "TransitiveProperty": ("transitive", "传递"),
    PREFIXES["rdf"] + "type": ("Type", "类型"),
    PREFIXES["schema"] + "url": ("Web address", "网址"),
    PREFIXES["schema"] + "version": ("Version", "版本"),
    PREFIXES["schema"] + "includedInDataCatalog": ("Part of the data set", "所属数据集"),
    PREFIXES["foaf"] + "logo": ("Logo", "标志"),
    "http://purl.org/ontology/bibo/status": ("Status", "状态"),
    "http://purl.org/vocab/vann/preferredNamespacePrefix": ("Prefix", "前缀"),
    "http://purl.org/vocab/vann/preferredNamespaceUri": ("Namespace", "命名空间"),
}
