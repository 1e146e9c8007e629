"""Messages of rules where no report fills them: words stand in place of their placeholders."""

import re

import pytest

from html_pages import Page
from oib.cli import main
from oib.rule_messages import WORDS, message_in_words, split_message
from oib.validation.home_index import HomeIndex
from oib.validation.rules import LANGUAGES, load_rules
from projects import ROOT

RULES = load_rules(HomeIndex.read_shapes(ROOT)).values()
PLACEHOLDER = r"\{[$?]\w*\}"
BROWSER = {"Accept": "text/html"}


def test_every_placeholder_of_every_rule_has_words_in_both_languages():
    names = {
        name
        for rule in RULES
        for message in rule.message.values()
        for name in re.findall(r"\{[$?](\w+)\}", message)
    }
    assert names == set(WORDS)
    assert all(set(LANGUAGES) <= set(words) for words in WORDS.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_rule_shows_a_placeholder_raw(language):
    assert len(RULES) > 200
    for rule in RULES:
        message = message_in_words(rule.message[language], language)
        assert not re.search(r"[{}][$?]|[$?]\w*\}", message), message


@pytest.mark.parametrize("language", [*LANGUAGES, "zh-Hant"])
def test_the_page_of_rules_shows_words(home_client, language):
    response = home_client.get(f"/shapes?lang={language}", headers=BROWSER)
    assert not re.search(PLACEHOLDER, response.text)
    words = {found[language] for found in WORDS.values()}
    assert words <= set(re.findall(r"<var>([^<]+)</var>", response.text))


def test_what_is_searched_and_what_the_command_prints_has_words(home_client, capsys):
    found = home_client.get("/search?q=vouches+exactly&lang=en", headers=BROWSER)
    assert "[thing] must say who vouches for it" in Page(found.text).text
    assert main(["rule", "CLM-09", "--lang", "zh", "--home", str(ROOT)]) == 0
    assert "〈事物〉须注明由谁主张" in capsys.readouterr().out


def test_a_variable_without_words_is_called_by_its_name_and_blanks_go_in_chinese():
    assert list(split_message("{$this} has {?count}.", "en")) == [
        ("thing", True),
        (" has ", False),
        ("count", True),
        (".", False),
    ]
    text = "关于 {$this} 的主张。例如 oib:claimSubject {$this} ; a"
    assert message_in_words(text, "zh-Hans") == (
        "关于〈事物〉的主张。例如 oib:claimSubject 〈事物〉 ; a"
    )
