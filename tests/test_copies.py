"""A reader's copy is read as text, whatever it is; what cannot be read says what to do next."""

import io
import sys

import pytest
from pypdf import PdfWriter

from oib.documents import units
from oib.errors import BadInput
from oib.validation import copies
from oib.validation.copies import read_copy
from oib.validation.passages import digest, find, normalize

PAGE = """<!DOCTYPE html><html><head><title>Site</title></head><body>
<nav><a href="/">Home</a><a href="/news">News</a></nav>
<article><h1>A base opens abroad</h1>
<p>The base in Example City opened a centre in another country last week, as it said on Monday.</p>
<p>It is the third centre of that base, after two that were opened in the years before this one.</p>
</article><footer>Imprint</footer></body></html>"""


def pdf(*pages):
    """Return a PDF whose pages show one line of text each."""
    bodies = [f"BT /F1 12 Tf 72 700 Td ({line}) Tj ET".encode() for line in pages]
    objects = [b"<</Type/Catalog/Pages 2 0 R>>"]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects.append(f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode())
    objects.append(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    for number, body in enumerate(bodies):
        content = f"{5 + 2 * number} 0 R"
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>"
            + f"/Contents {content}>>".encode()
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(body), body))
    out, offsets = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, each in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, each))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    out.write(b"trailer<</Size %d/Root 1 0 R>>\n" % (len(objects) + 1))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


@pytest.fixture
def write(tmp_path):
    def _write(data, name="copy.txt"):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
        return path

    return _write


def labels(text):
    return [(unit.label, unit.text) for unit in units.split(text)]


def test_paragraphs_are_parted_by_blank_lines(write):
    text = read_copy(write("A title\n\nFirst line\nsecond line.\n \nNext one.\n"))
    assert labels(text) == [
        ("t1", "A title"),
        ("p01", "First line second line."),
        ("p02", "Next one."),
    ]


def test_without_blank_lines_a_line_is_a_paragraph(write):
    assert labels(read_copy(write("One.\nTwo.\n"))) == [("p01", "One."), ("p02", "Two.")]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends_of_every_kind_count_the_same(write, end):
    text = read_copy(write(f"A title{end}{end}One.{end}Two.{end}{end}Three.\n\r\nFour."))
    assert [label for label, _ in labels(text)] == ["t1", "p01", "p02", "p03"]


def test_notes_on_the_copy_are_no_text_of_it(write):
    text = read_copy(write("# url: https://example.org/\n# publisher: X\n\nOne.\n\n# Two.\n"))
    assert labels(text) == [("p01", "One."), ("p02", "# Two.")]


def test_a_first_paragraph_that_ends_as_a_sentence_does_is_no_title(write):
    assert labels(read_copy(write("基地设立。\n\n它在这里。")))[0][0] == "p01"
    assert labels(read_copy(write("基地设立\n\n它在这里。")))[0][0] == "t1"


def test_a_byte_order_mark_is_no_text(write):
    assert read_copy(write(b"\xef\xbb\xbfOne.")) == "One."
    assert read_copy(write("One.".encode("utf-16"))) == "One."


def test_another_encoding_is_named_or_refused(write):
    path = write("南京获批".encode("gb18030"))
    with pytest.raises(BadInput, match=r"not UTF-8 \(byte 0\).*--encoding gb18030, big5 or cp1252"):
        read_copy(path)
    assert read_copy(path, "gb18030") == "南京获批"
    with pytest.raises(BadInput, match="latin-99 is no encoding"):
        read_copy(path, "latin-99")


def test_what_is_no_text_is_refused(write):
    with pytest.raises(BadInput, match="neither text nor HTML nor PDF"):
        read_copy(write(b"a\0b"))
    with pytest.raises(BadInput, match="holds no text"):
        read_copy(write(b" \n\n"))


def test_a_copy_that_is_too_large_is_refused_before_it_is_read(write, monkeypatch):
    monkeypatch.setattr(copies, "LARGEST", 10)
    with pytest.raises(BadInput, match="split it by chapters"):
        read_copy(write("x" * 11))


def test_five_megabytes_are_read_and_split(write):
    text = read_copy(write("\n\n".join(["A sentence of some length, " * 40] * 5000)))
    assert len(text) > 5_000_000
    assert units.split(text)[-1].label == "p5000"


def test_more_units_than_labels_are_refused(write):
    with pytest.raises(BadInput, match="labels end at 9999"):
        units.split(read_copy(write("One.\n" * 10_001)))


def test_page_headers_are_noticed(write):
    pages = "\f".join(f"Report on bases  page {n}\nText {n} of its own." for n in range(1, 5))
    assert copies.repeated_lines(read_copy(write(pages))) == [
        ("Report on bases  page #", 4),
        ("Text # of its own.", 4),
    ]
    assert copies.repeated_lines("One.\n\nTwo.\n\nThree.") == []


def test_a_pdf_is_split_into_pages(write):
    text = read_copy(write(pdf("First page", "Second page"), "copy.pdf"))
    assert labels(text) == [("pg01", "First page"), ("pg02", "Second page")]


def test_a_pdf_without_text_needs_text_recognition(write):
    out = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(612, 792)
    writer.write(out)
    with pytest.raises(BadInput, match=r"OCR"):
        read_copy(write(out.getvalue(), "scan.pdf"))


def test_a_broken_pdf_is_refused(write):
    with pytest.raises(BadInput, match="PDF that cannot be read"):
        read_copy(write(b"%PDF-1.4\nnothing", "broken.pdf"))


def test_a_web_page_is_read_without_its_frame(write):
    text = read_copy(write(PAGE, "page.html"))
    found = [unit for _, unit in labels(text)]
    assert labels(text)[0] == ("t1", "A base opens abroad")
    assert "Imprint" not in text
    assert found[-1].startswith("It is the third centre")
    assert read_copy(write(PAGE, "page")) == text


@pytest.mark.parametrize(
    ("module", "data", "name"), [("pypdf", b"%PDF-", "a.pdf"), ("trafilatura", b"<html>", "a.html")]
)
def test_a_missing_package_is_named(write, monkeypatch, module, data, name):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(BadInput, match=r'pip install "oib\[documents\]"'):
        read_copy(write(data, name))


def test_ligatures_and_soft_hyphens_do_not_count():
    assert normalize("an of\ufb01cial inno\u00advation\u200b base") == "an official innovation base"


def test_chinese_is_set_without_spaces_whatever_the_layout():
    wrapped = "南京近日\n获批“国家\n  基地”,\n由市 科协筹建。\n它在 2020 年设立。"
    assert normalize(wrapped) == "南京近日获批“国家基地”,由市科协筹建。它在 2020 年设立。"
    assert normalize("the base\n基地 in Nanjing") == "the base 基地 in Nanjing"


def test_a_passage_is_found_within_chinese_text():
    text = normalize("南京近日获批基地。该基地由市科协筹建。")
    passage = "该基地由市科协筹建。"
    assert find(text, len(passage), digest(passage)) == text.index(passage)
