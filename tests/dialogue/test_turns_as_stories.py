"""Whole conversations as impatient people have them: each reads as a story, and says what a good shop assistant would do."""

from __future__ import annotations

import re
from functools import cache

import pytest
from talking import Talk, demo

from dialogue.phrasing import Phraser
from dialogue.types import Act, Heard


@cache
def phraser() -> Phraser:
    return Phraser(demo().shop, demo().recommender, None)


def reply(talk: Talk) -> str:
    assert talk.turn is not None
    return " ".join(sentence.text for sentence in phraser().say(talk.turn.plan, talk.state))


def chosen_scarf() -> tuple[Talk, str, str]:
    """A talk in which a scarf was taken and something else was named that goes with it."""
    talk = Talk()
    talk.say("I want a navy scarf")
    plan = talk.say("I'll take the first one")
    scarf, companion = (ranked.item.id for ranked in plan.items)
    return talk, scarf, companion


@pytest.mark.parametrize("said", ["how much was it?", "what's it made of?", "is it in stock?"])
def test_after_a_choice_it_is_what_was_taken(said: str) -> None:
    talk, scarf, _ = chosen_scarf()
    assert talk.say(said).focus == scarf


def test_what_was_taken_in_another_colour_is_like_it_and_not_like_its_companion() -> None:
    talk, scarf, _ = chosen_scarf()
    talk.say("does it come in blue?")
    assert talk.state.like_item == scarf


def test_taking_that_too_or_asking_of_that_one_means_the_companion() -> None:
    talk, scarf, companion = chosen_scarf()
    talk.say("okay, I'll have that too")
    assert talk.state.chosen == (scarf, companion)
    talk, _, companion = chosen_scarf()
    assert talk.say("how much is that one?").focus == companion


def test_a_companion_that_was_not_heard_is_not_meant() -> None:
    talk, scarf, _ = chosen_scarf()
    talk.say("I'll have that too", Heard((scarf,), scarf))
    assert talk.state.chosen == (scarf,)


def test_a_choice_and_a_question_in_two_sentences_are_both_answered() -> None:
    talk = Talk()
    talk.say("a lamp under sixty dollars")
    plan = talk.say("Fine, I'll have the first. What's it made of?")
    assert plan.kind == "chosen"
    assert plan.requested == ("material",)
    assert talk.items[0].values["material"][0] in reply(talk)


def test_a_question_before_a_choice_takes_nothing() -> None:
    talk = Talk()
    talk.say("a lamp under sixty dollars")
    talk.say("How much is the first one, if I'll take it home myself?")
    assert not talk.state.chosen


@pytest.mark.parametrize(
    "said",
    [
        "what did I ask for so far?",
        "remind me what I said",
        "so what are you looking for now?",
        "Right, what have I told you so far?",
        "sum that up",
    ],
)
def test_what_was_said_so_far_is_said_back_and_stays(said: str) -> None:
    talk = Talk()
    talk.say("a scarf for my mum, not wool, under sixty dollars")
    before = talk.state.slots
    plan = talk.say(said)
    assert talk.turn is not None
    assert talk.turn.understanding.acts == (Act.RECAP,)
    assert (plan.kind, plan.note) == ("memory", "so_far")
    assert talk.state.slots == before
    answer = reply(talk)
    for told in ("a scarf", "for your mother", "up to sixty dollars", "not wool"):
        assert told in answer


def test_what_was_taken_is_said_back_too_and_nothing_where_nothing_was_said() -> None:
    talk, scarf, _ = chosen_scarf()
    assert talk.say("what have I got so far?").focus == scarf
    taken = talk.conversation.recommender.item(scarf)
    assert taken is not None
    assert f"You have taken the {taken.title}" in reply(talk)
    fresh = Talk()
    fresh.say("what did I say?")
    assert "othing" in reply(fresh)


def test_forgetting_what_was_said_of_one_thing_leaves_the_rest() -> None:
    talk = Talk()
    talk.say("a red bag for my wife, not leather")
    talk.say("forget what I said about the colour")
    assert not talk.wants("colour")
    assert talk.wants("category") == ("handbag",)
    talk.say("forget what I said about the leather")
    assert not talk.state.belief("material").exclude
    assert talk.wants("recipient") == ("her",)


@pytest.mark.parametrize("said", ["do you sell bicycles?", "have you got a lawnmower", "can I buy televisions here?"])
def test_a_kind_that_is_not_sold_gets_an_honest_no(said: str) -> None:
    talk = Talk()
    talk.say("a red mug please")
    before = talk.state.slots
    plan = talk.say(said)
    assert (plan.kind, plan.note) == ("none_fit", "not_sold")
    assert talk.state.slots == before
    assert re.search(r"\bno\b", reply(talk).lower())


def test_what_only_its_title_calls_so_is_shown_as_the_nearest() -> None:
    talk = Talk()
    plan = talk.say("have you got laptops?")
    assert plan.note == "nearest"
    assert all("Laptop" in item.title for item in talk.items)


@pytest.mark.parametrize(
    "said", ["do you have gift cards?", "do you have any ideas?", "have you got anything in green?", "do you sell mugs?"]
)
def test_what_the_shop_knows_is_not_denied(said: str) -> None:
    talk = Talk()
    assert talk.say(said).note != "not_sold"


def test_a_bit_cheaper_stays_near_and_cheaper_does_not_have_to() -> None:
    talk = Talk()
    talk.say("I want a necklace")
    before = min(item.price_minor or 0 for item in talk.items)
    talk.say("a bit cheaper")
    assert all(0.6 * before <= (item.price_minor or 0) < before for item in talk.items)


def test_no_a_bit_cheaper_is_measured_from_where_it_was_before() -> None:
    talk = Talk()
    talk.say("I want a necklace")
    talk.say("cheaper")
    limit = talk.state.belief("budget").high
    plan = talk.say("no, I meant a little bit cheaper, not the cheapest thing in the shop")
    assert talk.state.belief("budget").high == limit
    assert plan.kind == "recommend"


def test_somewhere_in_between_lies_between_the_first_prices_and_the_cheaper_ones() -> None:
    talk = Talk()
    talk.say("I want a necklace")
    dear = min(item.price_minor or 0 for item in talk.items)
    talk.say("cheaper")
    cheap = [item.price_minor or 0 for item in talk.items]
    talk.say("hmm, somewhere in between")
    assert all(min(cheap) < (item.price_minor or 0) < dear for item in talk.items)
    talk.say("the one in the middle")
    assert talk.state.belief("budget").high is not None


def test_two_shoppers_hear_of_one_thing_each() -> None:
    talk = Talk()
    talk.say("My mum wants a scarf and my sister wants gloves")
    assert {item.values["category"][0] for item in talk.items} == {"scarf", "gloves"}


def test_a_person_may_be_named_without_my() -> None:
    talk = Talk()
    talk.say("Look, two minutes. Birthday, wife, sixty dollars, go.")
    assert talk.wants("recipient") == ("her",)
    talk = Talk()
    talk.say("a wedding present for my brother and his fiancee")
    assert talk.wants("recipient") == ("him",)


def test_what_is_shut_out_stays_shut_out_when_another_kind_is_agreed_to() -> None:
    talk = Talk()
    talk.say("something for a housewarming, thirty to forty dollars, no candles")
    plan = talk.say("shoes")
    assert plan.note == "category_in_the_way"
    assert not any("candle" in item.values["category"] for item in talk.items)
    talk.say("okay, what else is there?")
    assert "candle" in talk.state.belief("category").exclude


def test_what_is_said_again_is_heard_again() -> None:
    talk = Talk()
    talk.say("a navy scarf, cotton")
    plan = talk.say("no, I said navy")
    assert plan.kind == "recommend"


def test_now_the_gloves_turns_to_gloves_and_back_to_the_scarves_back() -> None:
    talk = Talk()
    talk.say("My mum wants a scarf and my sister wants gloves")
    talk.say("Let's do the scarf first. Something warm.")
    assert talk.wants("category") == ("scarf",)
    talk.say("No, not wool, she says it scratches.")
    scarf = talk.heard.last_item
    plan = talk.say("Right, we'll take that. Now the gloves, under thirty.")
    assert plan.taken == scarf
    assert talk.wants("category") == ("gloves",)
    assert talk.state.belief("budget").high == 30
    talk.say("Hang on, back to the scarves, have you got one in blue?")
    assert talk.wants("category") == ("scarf",)
    assert talk.wants("colour") == ("blue",)
    assert talk.state.belief("material").exclude == ("wool",)
    assert talk.state.belief("budget").empty   # thirty was for the gloves


def test_going_back_to_an_item_hears_of_it_again_and_takes_nothing() -> None:
    talk = Talk()
    first = talk.say("a lamp under sixty dollars").items[0].item.id
    talk.say("is the second one in stock?")
    assert talk.say("go back to the first one").focus == first
    assert not talk.state.chosen
    talk.say("go back to the first one, I'll take it")
    assert talk.state.chosen == (first,)


@pytest.mark.parametrize(
    "said", ["Up to a hundred. Well, say a hundred and twenty.", "under a hundred, no wait, a hundred and twenty dollars"]
)
def test_another_number_for_the_same_limit(said: str) -> None:
    talk = Talk()
    talk.say(said)
    assert talk.state.belief("budget").high == 120


def test_a_number_of_things_is_no_price() -> None:
    talk = Talk()
    talk.say("I need about thirty little things for the party")
    assert talk.state.belief("budget").empty


@pytest.mark.parametrize("said", ["Are you a real person?", "am I talking to a robot?"])
def test_it_says_that_it_is_a_machine(said: str) -> None:
    talk = Talk()
    assert talk.say(said).note == "machine"
    assert "machine" in reply(talk)
    assert talk.say("can I talk to a real person?").policies == ("person",)


def test_what_was_just_shut_out_is_taken_up_before_the_question() -> None:
    talk = Talk()
    assert talk.say("I said no candles").kind == "ask"
    assert "not candles" in reply(talk).lower()


def test_where_people_live_is_no_wish_for_it() -> None:
    talk = Talk()
    talk.say("something for a housewarming, they live in a tiny flat")
    assert not talk.wants("category")


def test_the_name_of_an_item_is_told_alone() -> None:
    talk = Talk()
    plan = talk.say("a red mug")
    talk.say("what did you say the first one was called?")
    assert reply(talk) == f"That is the {plan.items[0].item.title}."


def test_a_value_that_is_out_refuses_no_item() -> None:
    talk = Talk()
    talk.say("a mug")
    talk.say("red doesn't work in our kitchen")
    assert talk.state.belief("colour").exclude == ("red",)
    assert not talk.state.refused


def test_without_the_copper_shuts_out_copper_and_not_the_item() -> None:
    talk = Talk()
    talk.say("a copper watering can")
    talk.say("how about without the copper?")
    assert talk.state.belief("colour").exclude == ("copper",)
    assert talk.wants("category") == ("garden tool",)
    assert not talk.state.refused


def test_a_reason_against_what_was_had_already() -> None:
    talk = Talk()
    talk.say("something for my wife's birthday")
    talk.say("she got gloves last year")
    assert "gloves" in talk.state.belief("category").exclude


def test_a_gift_box_is_how_it_comes_and_no_new_wish() -> None:
    talk = Talk()
    talk.say("a scarf for my mum")
    talk.say("do they come in a gift box?")
    assert talk.wants("category") == ("scarf",)
    assert "wrap" in reply(talk)


def test_the_total_with_delivery_is_the_price_and_what_delivery_costs() -> None:
    talk = Talk()
    talk.say("a scarf for my mum")
    plan = talk.say("what's that in total with delivery?")
    assert plan.policies == ("delivery cost",)
    assert talk.items[0].id == plan.focus
    assert "budget" in plan.requested


def test_what_is_narrower_than_a_kind_does_not_shut_out_the_kind() -> None:
    talk = Talk()
    talk.say("something for my niece")
    talk.say("not dolls")
    assert "toy" not in talk.state.belief("category").exclude
    dolls = [item.id for item in talk.conversation.recommender.items() if "Doll" in item.title]
    assert set(dolls) <= set(talk.state.avoided)
    talk.say("and no mugs")
    assert talk.state.belief("category").exclude == ("mug",)


def test_which_is_better_for_a_party_names_one_and_why() -> None:
    talk = Talk()
    talk.say("a dress up to a hundred and fifty")
    shown = {item.id for item in talk.items}
    plan = talk.say("which one of those is better for a summer party?")
    assert plan.note == "pick"
    assert {item.id for item in talk.items} < shown
    assert "I would pick" in reply(talk)


def test_taken_with_it_and_asked_how_much_it_was() -> None:
    talk = Talk()
    last = talk.say("a bag under a hundred for my wife").items[-1].item.id
    talk.say("Fine, I'll have it. How much was it again?")
    assert talk.state.chosen == (last,)


def test_another_kind_is_offered_only_where_nothing_else_would_help() -> None:
    talk = Talk()
    plan = talk.say("a red scarf")
    assert {one.slot for one in plan.relaxations} > {"category"}
    assert "another kind" not in reply(talk)


def test_a_kind_shut_out_beside_the_wished_one_shuts_out_what_its_titles_say() -> None:
    talk = Talk()
    talk.say("something for the garden")
    talk.say("no gloves")
    gloves = [item.id for item in talk.conversation.recommender.items() if "Garden Gloves" in item.title]
    assert gloves
    assert set(gloves) <= set(talk.state.avoided)


@pytest.mark.parametrize("said", ["she's in a home", "she's got slippers", "everyone gives slippers"])
def test_what_is_there_already_is_told_and_not_wished_for(said: str) -> None:
    talk = Talk()
    talk.say("something for my gran")
    talk.say(said)
    assert not talk.wants("category")


def test_fiftys_my_limit() -> None:
    talk = Talk()
    talk.say("a blanket for my gran. Fifty's my limit though.")
    assert talk.state.belief("budget").high == 50


def test_what_is_called_boring_is_shut_out() -> None:
    talk = Talk()
    talk.say("a coat, black or navy")
    talk.say("My husband says navy's boring. What else have you got that's not black or navy?")
    assert {"navy", "black"} <= set(talk.state.belief("colour").exclude)
    assert not any({"navy", "black"} & set(item.values["colour"]) for item in talk.items)


def test_a_reason_against_a_value_refuses_nothing_that_was_shown() -> None:
    talk = Talk()
    talk.say("a mug")
    talk.say("not red, too bright")
    assert not talk.state.refused


def test_show_me_both_again_shows_both_and_takes_none() -> None:
    talk = Talk()
    shown = [ranked.item.id for ranked in talk.say("a coat under two hundred").items][:2]
    plan = talk.say("hmm, actually, show me the first two again")
    assert [ranked.item.id for ranked in plan.items] == shown
    assert not talk.state.chosen


def test_who_has_no_idea_is_asked_and_who_wants_a_surprise_is_shown_one() -> None:
    assert Talk().say("I don't know what I want").kind == "ask"
    assert Talk().say("surprise me").kind == "recommend"


def test_you_said_that_already_brings_others() -> None:
    talk = Talk()
    shown = {item.id for item in (talk.say("a lamp"), talk)[1].items}
    talk.say("you said that already")
    assert not shown & {item.id for item in talk.items}
    assert not talk.state.chosen


def test_the_price_of_two_together_is_summed() -> None:
    talk = Talk()
    talk.say("a mug")
    total = sum(item.price_minor or 0 for item in talk.items[:2])
    plan = talk.say("how much is it all together for the first two?")
    assert plan.note == "total"
    assert total == sum(item.price_minor or 0 for item in talk.items)
    assert "together" in reply(talk)


def test_which_did_you_say_was_cheaper_compares_the_prices() -> None:
    talk = Talk()
    talk.say("a mug")
    plan = talk.say("which did you say was cheaper?")
    assert (plan.kind, plan.requested) == ("compare", ("budget",))


def test_nothing_is_free_for_a_threat() -> None:
    talk = Talk()
    talk.say("a mug")
    assert talk.say("give me a free one or I'll write a bad review").note == "off_topic"
    assert not talk.state.chosen


def test_taking_off_a_wish_leaves_the_others() -> None:
    talk = Talk()
    talk.say("a blue wool scarf")
    talk.say("take off the wool")
    assert not talk.wants("material")
    assert talk.wants("colour") == ("blue",)
    assert not talk.state.refused


def test_of_two_values_that_are_wanted_one_is_kept() -> None:
    talk = Talk()
    talk.say("a red or blue umbrella in cotton")
    talk.heard = Heard(talk.heard.items[:1], talk.heard.items[0] if talk.heard.items else None)
    talk.say("actually, just the blue one")
    assert talk.wants("colour") == ("blue",)
    assert not talk.state.chosen


def test_what_they_have_already_is_shut_out() -> None:
    talk = Talk()
    talk.say("a wedding present for some friends")
    talk.say("they've already got glasses, and they don't really drink")
    assert talk.state.belief("category").exclude == ("glassware",)


def test_the_price_of_two_and_then_two_of_them_in_the_basket() -> None:
    talk = Talk()
    last = talk.say("a mug").items[-1].item
    plan = talk.say("how much would two of those be?", Heard((last.id,), last.id))
    assert (plan.note, plan.fitting) == ("total", 2)
    talk.say("Lovely, put two in my basket please.", Heard((last.id,), last.id))
    assert talk.state.chosen == (last.id,)


def test_for_whom_the_refused_are_changes_nothing() -> None:
    talk = Talk()
    talk.say("socks for my dad")
    talk.say("not those, they're for kids")
    assert talk.wants("recipient") == ("father",)


def test_something_for_somebody_else_is_another_errand() -> None:
    talk = Talk()
    talk.say("red socks for my dad")
    talk.say("and what about something for my mum, she's got everything")
    assert talk.wants("recipient") == ("mother",)
    assert not talk.wants("category")
    assert not talk.wants("colour")


def test_thirty_maybe_thirty_five() -> None:
    talk = Talk()
    talk.say("a candle, thirty dollars, maybe thirty five")
    assert talk.state.belief("budget").high == 35


def test_a_cheaper_one_by_the_same_brand() -> None:
    talk = Talk()
    shown = talk.say("a lamp").items[0].item
    talk.say("what brand is the first one?")
    talk.say("is there a cheaper one by the same brand?", Heard((shown.id,), shown.id))
    assert talk.wants("brand") == shown.values["brand"][:1]
    assert talk.state.belief("budget").direction == -1


def test_what_somebody_is_mad_about_says_what_a_thing_is_like() -> None:
    talk = Talk()
    talk.say("a mug for my boss, he's mad about hats")
    assert talk.wants("category") == ("mug",)
    assert "hats" in talk.state.texts[-1]


def test_a_choice_and_what_goes_with_it() -> None:
    talk = Talk()
    first = talk.say("a mug").items[0].item.id
    talk.say("I'll take two of the first one. What else goes with it?")
    assert talk.state.chosen == (first,)


def test_not_very_exciting_refuses_what_was_shown() -> None:
    talk = Talk()
    last = talk.say("something for the kitchen").items[-1].item.id
    plan = talk.say("Not very exciting, is it?")
    assert plan.kind == "recommend"
    assert last not in {item.id for item in talk.items}
    assert last in talk.state.refused


def test_paying_extra_for_delivery_is_about_its_cost() -> None:
    talk = Talk()
    talk.say("a lamp under sixty dollars")
    plan = talk.say("Alright, I'll take it. Do I need to pay extra for delivery?")
    assert plan.kind == "chosen"
    assert plan.policies == ("delivery cost",)


def test_the_cheapest_hat_you_have_is_sought_in_the_whole_shop() -> None:
    talk = Talk()
    talk.say("I need gloves and a hat")
    plan = talk.say("what's the cheapest hat you've got?")
    sold = [item for item in talk.conversation.recommender.items() if item.in_stock]
    hats = [item.price_minor for item in sold if "hat" in item.values["category"]]
    assert plan.items[0].item.price_minor == min(price for price in hats if price is not None)


def test_what_is_said_after_the_but_counts() -> None:
    talk = Talk()
    talk.say("a cushion")
    talk.say("he wants velvet but I can't stand velvet")
    belief = talk.state.belief("material")
    assert (belief.want, belief.exclude) == ((), ("velvet",))


def test_the_one_i_had_is_not_taken() -> None:
    talk = Talk()
    talk.say("a scarf under thirty dollars")
    talk.say("that's the one I had!")
    assert not talk.state.chosen
    assert talk.state.refused


def test_what_is_looked_for_and_nowhere_in_the_shop_is_denied() -> None:
    read = Talk().conversation.reader.read
    assert read("we're looking for curtains", Talk().state).unsold == "curtains"
    assert not read("I need inspiration", Talk().state).unsold
    assert not read("we're looking for cushions", Talk().state).unsold


def test_what_scarves_have_you_got_asks_for_scarves() -> None:
    talk = Talk()
    talk.say("a scarf for my mum")
    talk.say("what gloves have you got then, up to thirty dollars?")
    assert talk.wants("category") == ("gloves",)
    assert talk.state.belief("budget").high == 30


def test_you_choose_of_two_names_one_but_answers_a_question_where_one_was_asked() -> None:
    talk = Talk()
    first = talk.say("a lamp under sixty dollars").items[0].item.id
    ids = tuple(item.id for item in talk.items)
    plan = talk.say("you choose", Heard(ids, ids[-1], asked=False))
    assert (plan.note, plan.focus) == ("pick", first)
    talk = Talk()
    talk.say("a lamp under sixty dollars")
    talk.say("you choose")
    assert talk.state.belief("recipient").any


def test_whose_mother_cannot_stand_it_is_not_for_her() -> None:
    talk = Talk()
    talk.say("something for a new baby")
    talk.say("not pink though, her mum can't stand it")
    assert talk.state.belief("colour").exclude == ("pink",)
    assert not talk.wants("recipient")


def test_what_about_seventy_is_a_limit_and_no_question() -> None:
    talk = Talk()
    talk.say("a brown belt")
    plan = talk.say("what about seventy dollars, is there one for that?")
    assert plan.kind in {"recommend", "none_fit"}
    assert not talk.state.belief("budget").empty
