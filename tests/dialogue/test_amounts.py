"""Amounts as people say them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.amount_types import AmountSlot
from dialogue.amounts import find_amounts
from dialogue.numbers import find_numbers
from dialogue.words import read_words

MONEY = AmountSlot("budget", True, "money", ("budget", "price"))
LENGTH = AmountSlot("length", False, "minutes", ("long", "length"))
YEAR = AmountSlot("year", False, "year", ("year",), 2025.0)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("a hundred and fifty", 150),
        ("one fifty", 150),
        ("one hundred and twenty-five", 125),
        ("two hundred", 200),
        ("1,200", 1200),
        ("$1,200", 1200),
        ("1.5k", 1500),
        ("a couple of hundred", 200),
        ("twelve hundred", 1200),
        ("a thousand two hundred", 1200),
        ("two thousand and five", 2005),
        ("twenty", 20),
        ("forty-five", 45),
        ("19.99", 19.99),
    ],
)
def test_numbers_are_read_in_words_and_digits(said: str, value: float) -> None:
    assert [number.value for number in find_numbers(read_words(said))] == [value]


@pytest.mark.parametrize("said", ["the second one", "that one", "a blue one and a green one", "it's my 30th birthday", "no one"])
def test_a_one_that_stands_for_a_thing_is_no_number(said: str) -> None:
    assert find_numbers(read_words(said)) == ()


@pytest.mark.parametrize(
    ("said", "kind", "low", "high"),
    [
        ("under a hundred and fifty", "at_most", None, 150),
        ("around 50 quid", "around", 50, 50),
        ("about sixty", "around", 60, 60),
        ("between 20 and 40", "between", 20, 40),
        ("twenty to thirty dollars", "between", 20, 30),
        ("20-30 pounds", "between", 20, 30),
        ("forty or fifty dollars", "between", 40, 50),
        ("no more than one fifty", "at_most", None, 150),
        ("nothing over 75", "at_most", None, 75),
        ("I don't want to spend more than forty", "at_most", None, 40),
        ("thirty bucks or less", "at_most", None, 30),
        ("under twenty pounds", "at_most", None, 20),
        ("$1,200 tops", "at_most", None, 1200),
        ("at least thirty dollars", "at_least", 30, None),
        ("not under fifty dollars", "at_least", 50, None),
        ("my budget is 60", "at_most", None, 60),
        ("I've got two hundred and fifty to spend", "at_most", None, 250),
        ("nineteen ninety nine", "at_most", None, None),
    ],
)
def test_a_budget_is_read_with_its_relation(said: str, kind: str, low: float | None, high: float | None) -> None:
    found = find_amounts(read_words(said), [MONEY])
    if high is None and low is None:
        assert found == ()  # a bare number answers only a question
        return
    assert [(amount.kind, amount.low, amount.high) for amount in found] == [(kind, low, high)]


def test_a_bare_number_answers_the_question_that_was_asked() -> None:
    assert find_amounts(read_words("fifty"), [MONEY]) == ()
    (amount,) = find_amounts(read_words("fifty"), [MONEY], asked="budget")
    assert (amount.kind, amount.high) == ("at_most", 50)


@pytest.mark.parametrize(
    "said", ["for a 5 year old", "a set of six", "two of them", "size 10", "a party of 12 people", "for 3 kids"]
)
def test_numbers_that_are_not_money_are_left_alone(said: str) -> None:
    assert find_amounts(read_words(said), [MONEY]) == ()


def test_units_choose_the_slot() -> None:
    found = find_amounts(read_words("from the nineties, no longer than two hours and under 10 dollars"), [MONEY, LENGTH, YEAR])
    assert [(amount.slot, amount.kind, amount.low, amount.high) for amount in found] == [
        ("year", "between", 1990, 1999),
        ("length", "at_most", None, 120),
        ("budget", "at_most", None, 10),
    ]


def test_this_year_is_the_newest_of_the_catalogue() -> None:
    (amount,) = find_amounts(read_words("something from the last year"), [YEAR])
    assert (amount.kind, amount.low) == ("at_least", 2024)


@given(st.text(max_size=200))
def test_no_text_breaks_the_readers(text: str) -> None:
    utterance = read_words(text)
    for number in find_numbers(utterance):
        assert 0 <= number.span.first < number.span.last <= len(utterance.words)
    for amount in find_amounts(utterance, [MONEY, LENGTH, YEAR]):
        assert amount.low is None or amount.high is None or amount.low <= amount.high


@given(st.integers(min_value=1, max_value=9999))
def test_digits_mean_what_they_say(number: int) -> None:
    (amount,) = find_amounts(read_words(f"under ${number:,}"), [MONEY])
    assert amount.high == number
