from oib.validation.passages import digest, find, normalize


def test_white_space_and_composition_do_not_count():
    assert normalize("  Sun\n\tYoushun e\u0301 ") == "Sun Youshun é"


def test_a_digest_is_that_of_sha256():
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest("") == f"sha256:{empty}"


def test_a_unit_is_found_in_a_text_with_another_layout():
    unit = "The park signed. It paid."
    page = normalize("HEADING 3\n[4] The park\n   signed. It paid. \n\f page 2")
    assert page[find(page, len(unit), digest(unit)) :].startswith(unit)


def test_an_altered_unit_is_not_found():
    assert find("The park signed. It plaid.", 25, digest("The park signed. It paid.")) is None
