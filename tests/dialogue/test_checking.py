"""The checker reads words back into claims: truths pass in many wordings, planted lies are caught and named."""

from __future__ import annotations

import pytest
from speaking_shop import FILM, ITEMS, LAMP, MUGS, SHIFT, SHOP, WRAP

from dialogue.phrasing.checking import check, spans_of
from dialogue.phrasing.facts import Ground, ShopFacts
from recommender.types import Item

FACTS = ShopFacts(SHOP, ITEMS)


def ground(*items: Item, **more: object) -> Ground:
    return Ground(items=tuple(FACTS.of(item) for item in items), fitting=len(items), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("The Linen Wrap Dress is a hundred and forty-five dollars, in navy linen, for a wedding.", (WRAP,)),
        ("At $145, the Linen Wrap Dress is a lovely choice for a wedding.", (WRAP,)),
        ("The Wrap Dress comes in dark blue and would suit a party.", (WRAP,)),
        ("It's one hundred forty-five dollars.", (WRAP,)),
        ("It costs just under a hundred and fifty dollars.", (WRAP,)),
        ("There are two left.", (WRAP,)),
        ("There are only two of them left in stock.", (WRAP,)),
        ("Yes, it's in stock.", (WRAP,)),
        ("The Brass Desk Lamp is sold out.", (LAMP,)),
        ("The Brass Desk Lamp isn't in stock.", (LAMP,)),
        ("It isn't green, it's navy.", (WRAP,)),
        ("The Linen Wrap Dress has a waist tie and deep side pockets.", (WRAP,)),
        ("The first is smarter than the second and costs fifty dollars more.", (WRAP, SHIFT)),
        ("The Harbour Shift Dress is cheaper, and the Linen Wrap Dress is linen.", (WRAP, SHIFT)),
        ("The Harbour Shift Dress is the cheaper of the two.", (WRAP, SHIFT)),
        ("At ninety-five dollars, the Harbour Shift Dress is the cheapest of these.", (WRAP, SHIFT, LAMP)),
        ("They are fifty dollars apart.", (WRAP, SHIFT)),
        ("They come to two hundred and forty dollars together.", (WRAP, SHIFT)),
        ("It's navy, and the navy is dark blue.", (WRAP,)),
        ("Harbour Lights is ninety-six minutes long and nine fifty.", (FILM,)),
        ("The Set of Six Red Spotty Mugs is nineteen dollars and ninety-nine cents.", (MUGS,)),
        ("The Set of Six Red Spotty Mugs is nineteen ninety-nine.", (MUGS,)),
    ],
)
def test_truths_pass_in_many_wordings(text: str, items: tuple[Item, ...]) -> None:
    verdict = check(text, ground(*items), FACTS)
    assert verdict.faults == ()


@pytest.mark.parametrize(
    ("text", "items", "cause"),
    [
        ("The Linen Wrap Dress is a hundred and fifty-five dollars.", (WRAP,), "wrong_price"),
        ("The Linen Wrap Dress is $14.50.", (WRAP,), "wrong_price"),
        ("The Linen Wrap Dress is under a hundred dollars.", (WRAP,), "wrong_price"),
        ("The Linen Wrap Dress is forty-five.", (WRAP,), "wrong_price"),
        ("The Linen Wrap Dress comes in green.", (WRAP,), "wrong_value"),
        ("The Linen Wrap Dress is cotton.", (WRAP, SHIFT), "wrong_value"),
        ("The Linen Wrap Dress is silk.", (WRAP,), "unsupported_word"),
        ("The Linen Wrap Dress is not navy.", (WRAP,), "wrong_value"),
        ("There are three left.", (WRAP,), "wrong_stock"),
        ("They come to two hundred and thirty dollars together.", (WRAP, SHIFT), "wrong_price"),
        ("We've got one in the back.", (LAMP,), "wrong_stock"),
        ("We have more than twenty of them.", (WRAP,), "wrong_stock"),
        ("It's made of lead.", (LAMP,), "unsupported_word"),
        ("It takes some wearing in.", (WRAP,), "unsupported_word"),
        ("It's good not to cotton it.", (WRAP,), "unsupported_word"),
        ("The tie comes off.", (WRAP,), "unsupported_word"),
        ("It's a happy film.", (FILM,), "unsupported_word"),
        ("It's easy to carry.", (WRAP,), "unsupported_word"),
        ("It stands up on its own.", (LAMP,), "unsupported_word"),
        ("It makes no sound.", (LAMP,), "unsupported_word"),
        ("I have it right here.", (LAMP,), "wrong_stock"),
        ("You won't find another like it.", (WRAP,), "superlative"),
        ("You need to read the words.", (FILM,), "promise"),
        ("Wind it every day.", (LAMP,), "unsupported_word"),
        ("The Brass Desk Lamp is in stock.", (LAMP,), "wrong_stock"),
        ("Harbour Lights is available now.", (FILM,), "wrong_stock"),
        ("There are plenty left.", (WRAP,), "wrong_stock"),
        ("It's the best dress for a wedding.", (WRAP,), "superlative"),
        ("It's our most popular dress.", (WRAP,), "superlative"),
        ("The Linen Wrap Dress is the cheapest of these.", (WRAP, SHIFT), "superlative"),
        ("The Harbour Shift Dress is the cheapest dress we have.", (WRAP, SHIFT), "superlative"),
        ("The Linen Wrap Dress is cheaper than the Harbour Shift Dress.", (WRAP, SHIFT), "wrong_comparison"),
        ("The second is smarter than the first.", (WRAP, SHIFT), "wrong_comparison"),
        ("The first costs forty dollars more.", (WRAP, SHIFT), "wrong_price"),
        ("It comes with free delivery.", (WRAP,), "unsupported_word"),
        ("We will deliver it tomorrow.", (WRAP,), "unsupported_word"),
        ("It has a lifetime guarantee.", (WRAP,), "unsupported_word"),
        ("It's twenty per cent off.", (WRAP,), "unsupported_word"),
        ("Harbour Lights is ninety-eight minutes long.", (FILM,), "wrong_amount"),
        ("I have four things for you.", (WRAP, SHIFT), "wrong_count"),
        ("The Brass Desk Lamp would suit you.", (WRAP,), "wrong_name"),
        ("Read more at www.shop.example.", (WRAP,), "unspeakable"),
        ("It's cheap.", (WRAP,), "forbidden_word"),
        ("The Linen Wrap Dress, a play, is navy.", (WRAP,), "unsupported_word"),
        ("It turns by itself.", (WRAP,), "unsupported_word"),
        ("It has a happy ending.", (WRAP,), "unsupported_word"),
        ("It won't have pockets.", (WRAP,), "unsupported_word"),
        ("They cost about the same.", (WRAP, SHIFT), "wrong_comparison"),
    ],
)
def test_planted_lies_are_caught_and_named(text: str, items: tuple[Item, ...], cause: str) -> None:
    assert cause in check(text, ground(*items), FACTS).causes


def test_a_price_belongs_to_the_item_it_is_said_of() -> None:
    both = ground(WRAP, SHIFT)
    assert check(
        "The Linen Wrap Dress is a hundred and forty-five dollars, and the Harbour Shift Dress is ninety-five.", both, FACTS
    ).passes
    swapped = check(
        "The Linen Wrap Dress is ninety-five dollars, and the Harbour Shift Dress is a hundred and forty-five.", both, FACTS
    )
    assert [fault.cause for fault in swapped.faults] == ["wrong_price", "wrong_price"]


def test_a_policy_is_said_as_written_or_retold_with_its_own_words() -> None:
    returns = Ground(policies=FACTS.policies(["returns"]))
    assert check("You can return anything unworn within thirty days for a full refund.", returns, FACTS).passes
    assert check("Within thirty days you can return it unworn for a refund.", returns, FACTS).passes
    assert not check("You can return anything within sixty days for a full refund.", returns, FACTS).passes
    assert not check("You can return anything at all, no questions asked, for a full refund.", returns, FACTS).passes
    assert not check("You can return anything unworn within thirty days for a full refund.", ground(WRAP), FACTS).passes


def test_a_wish_may_be_repeated_though_the_item_has_it_not() -> None:
    wished = ground(SHIFT, wishes={"colour": ("navy",)})
    assert check("You asked for navy, and the Harbour Shift Dress is green.", wished, FACTS).passes
    assert not check("The Harbour Shift Dress is navy, as you asked.", wished, FACTS).passes


def test_an_item_must_be_named_where_the_plan_says_so() -> None:
    assert check("It is navy.", ground(WRAP), FACTS, must_name=(0,)).causes == ("not_named",)


def test_spans_tell_where_names_stand() -> None:
    text = "The Linen Wrap Dress is navy, and the Shift Dress is green."
    both = ground(WRAP, SHIFT)
    spans = spans_of(check(text, both, FACTS).reading, both)
    assert [(item, text[start:end]) for item, start, end in spans] == [("w1", "Linen Wrap Dress"), ("s1", "Shift Dress")]
