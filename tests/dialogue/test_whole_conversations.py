"""What shoppers say over several turns beside plain wishes: complaints, wishes that cannot be kept, several things at once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from talking import Talk, demo, shop_in

from dialogue.complaining import complains
from dialogue.phrasing import Phraser
from dialogue.types import Heard
from dialogue.words import read_words

ROOT = Path(__file__).parents[2]
CINEMA, COFFEE = ROOT / "shops" / "cinema", ROOT / "benchmarks" / "shops" / "coffee"


@cache
def phraser(folder: Path | None = None) -> Phraser:
    conversation = shop_in(folder) if folder else demo()
    return Phraser(conversation.shop, conversation.recommender, None)


def reply(talk: Talk, folder: Path | None = None) -> str:
    assert talk.turn is not None
    return " ".join(sentence.text for sentence in phraser(folder).say(talk.turn.plan, talk.state))


@pytest.mark.parametrize(
    "said",
    ["The zip broke after a week.", "My umbrella from you snapped.", "I bought a lamp here and it's got a crack in it."],
)
def test_a_complaint_is_answered_by_the_shops_own_line_on_faults(said: str) -> None:
    talk = Talk()
    plan = talk.say(said)
    assert plan.policies == ("warranty",)
    assert not talk.state.slots
    assert "sorry" in reply(talk)
    assert talk.say("So what do I do about it?").policies == ("returns",)


def test_what_never_came_is_a_matter_for_people() -> None:
    assert Talk().say("My order never arrived.").policies == ("person",)


def test_after_a_complaint_a_new_one_is_of_that_kind() -> None:
    talk = Talk()
    talk.say("My umbrella from you snapped after two days.")
    assert talk.say("I need a new one, a strong one.").kind == "recommend"
    assert talk.wants("category") == ("umbrella",)


@pytest.mark.parametrize(
    "said", ["My old umbrella broke, I need a new one", "She broke her mug so I want another", "is the lamp broken?"]
)
def test_what_broke_and_was_not_bought_here_is_no_complaint(said: str) -> None:
    assert not complains(read_words(said))


@pytest.mark.parametrize(
    ("said", "unkept"),
    [
        ("a scarf that doesn't crease", ("doesn't crease",)),
        ("a rug that is not itchy", ("not itchy",)),
        ("a frobnic lamp", ("frobnic lamp",)),
        ("a rug with no lavender", ()),
        ("my cousin's wedding", ()),
        ("she doesn't drink", ()),
        ("not too expensive", ()),
    ],
)
def test_a_wish_that_nothing_here_can_keep_is_owned_up_to(said: str, unkept: tuple[str, ...]) -> None:
    talk = Talk()
    assert talk.say(said).unkept == unkept
    assert all(words in reply(talk).lower() for words in unkept)


def test_not_violent_is_a_wish_though_the_cinema_cannot_tell() -> None:
    talk = Talk(shop_in(CINEMA))
    plan = talk.say("Is there anything on that's not violent?")
    assert plan.kind in {"ask", "recommend"}
    assert plan.unkept == ("not violent",)
    talk.say("Weekday afternoons suit us best.")
    assert talk.wants("showtime") == ("Tuesday afternoon",)


def test_who_comes_along_is_no_kind_of_film() -> None:
    talk = Talk(shop_in(CINEMA))
    talk.say("a thriller on Saturday")
    plan = talk.say("Three seats for the first one then, two adults and a kid.")
    assert plan.kind == "chosen"
    assert talk.wants("genre") == ("thriller",)


def test_two_drinks_are_each_made_their_own_way() -> None:
    talk = Talk(shop_in(COFFEE))
    talk.say("a small mocha and a large latte")
    assert talk.state.made == {"mocha": {"size": ("small",)}, "latte": {"size": ("large",)}}
    assert "Mocha, small" in reply(talk, COFFEE)
    assert "Latte, large" in reply(talk, COFFEE)
    talk.say("almond milk in the latte please")
    assert talk.state.made["latte"]["milkAmount"] == ("almond milk",)
    talk.say("make both medium")
    assert talk.wants("size") == ("medium",)
    assert "size" not in talk.state.made["latte"]


def test_oat_milk_is_no_milk() -> None:
    talk = Talk(shop_in(COFFEE))
    plan = talk.say("a latte with oat milk")
    assert plan.unkept == ("oat milk",)
    assert not talk.wants("milkAmount")


@pytest.mark.parametrize(
    "said", ["how much would eight of the first come to?", "how much for eight?", "what would it cost if I took eight?"]
)
def test_several_of_one_are_priced_together(said: str) -> None:
    talk = Talk()
    talk.say("a mug, just one to look at")
    if "first" not in said:
        talk.say("tell me about the first one")
    plan = talk.say(said)
    assert (plan.note, plan.fitting) == ("total", 8)


def test_what_is_asked_of_two_is_answered_of_both() -> None:
    talk = Talk()
    plan = talk.say("a scarf for my sister")
    talk.say("how much are they?")
    assert all(ranked.item.title in reply(talk) for ranked in plan.items[:2])


def test_never_mind_takes_back_what_was_said_just_before() -> None:
    talk = Talk()
    talk.say("a scarf")
    talk.say("in pink")
    talk.say("Never mind. Something for under forty.")
    assert not talk.wants("colour")
    assert talk.wants("category") == ("scarf",)


@pytest.mark.parametrize(
    ("said", "slot"), [("And under forty if you can manage it.", "recipient"), ("we fancy a lamp", "style")]
)
def test_a_verb_is_no_value(said: str, slot: str) -> None:
    talk = Talk()
    talk.say(said)
    assert not talk.wants(slot)
    assert not talk.state.pending


def test_a_choice_and_a_question_after_a_comma() -> None:
    talk = Talk()
    talk.say("a scarf for my sister")
    plan = talk.say("I'll have the first one, what's it made of?")
    assert plan.kind == "chosen"
    assert plan.requested == ("material",)


@pytest.mark.parametrize("said", ["I was thinking headphones.", "a trombone then", "and a sandwich if you've got one"])
def test_what_is_wished_for_and_nowhere_here_is_denied(said: str) -> None:
    plan = Talk().say(said)
    assert plan.note == "not_sold"


def test_not_a_mug_with_a_bird_on_shuts_out_birds_and_not_mugs() -> None:
    talk = Talk()
    talk.say("a mug")
    talk.say("not a mug with a handle please")
    assert talk.wants("category") == ("mug",)
    assert not talk.state.belief("category").exclude


@pytest.mark.parametrize(("said", "unkept"), [("I don't eat meat", "no meat"), ("my friend's got a nut allergy", "nut allergy")])
def test_what_cannot_be_eaten_is_never_passed_over(said: str, unkept: str) -> None:
    talk = Talk()
    talk.say("a hamper")
    assert unkept in talk.say(said).unkept
    assert unkept in reply(talk).lower()


def test_the_first_lot_again() -> None:
    talk = Talk()
    first = [item.id for item in (talk.say("a scarf for my sister"), talk.items)[1]]
    talk.say("what else have you got?")
    talk.say("Show me the first lot again.")
    assert [item.id for item in talk.items] == first


def test_a_colour_found_fault_with_is_shut_out() -> None:
    talk = Talk()
    talk.say("a scarf for my sister")
    colour = talk.items[-1].values["colour"][0]
    talk.say("Hmm, not sure about that colour.")
    assert talk.state.belief("colour").exclude == (colour,)
    assert all(colour not in item.values["colour"] for item in talk.items)


def test_too_much_refuses_only_what_costs_more() -> None:
    talk = Talk()
    talk.say("a blue throw")
    prices = {item.id: item.price_minor or 0 for item in talk.items}
    limit = sum(sorted(prices.values())[:2]) // 200
    talk.say(f"{limit} dollars is too much for a throw")
    assert set(talk.state.refused) == {item for item, price in prices.items() if price > limit * 100}


def test_my_tiny_kitchen_is_no_wish() -> None:
    talk = Talk()
    talk.say("a clock")
    talk.say("My kitchen's tiny so nothing too big.")
    assert talk.wants("category") == ("clock",)


def test_if_i_take_both_is_summed() -> None:
    talk = Talk()
    talk.say("a mug")
    assert talk.say("If I take the first and the second, is that under forty?").note == "total"


def test_what_somebody_has_already_is_not_offered() -> None:
    talk = Talk()
    talk.say("something for the garden")
    talk.say("he's already got a watering can")
    talk.say("what else have you got?")
    assert not any("Watering" in item.title for item in talk.items)
    assert talk.state.avoided


def test_asking_whether_it_is_too_heavy_refuses_nothing() -> None:
    talk = Talk()
    talk.say("a rug for my nan")
    plan = talk.say("Would it be too heavy for her?")
    assert plan.kind == "answer"
    assert not talk.state.refused


def test_that_will_do_nicely_takes_it_and_its_price_is_owed() -> None:
    talk = Talk()
    talk.say("a rug for my nan")
    plan = talk.say("That'll do nicely. Can I have it gift wrapped with a card?")
    assert (plan.kind, plan.policies, plan.requested) == ("chosen", ("gift wrap",), ())
    plan = talk.say("And what do I owe you?")
    assert (plan.note, [ranked.item.id for ranked in plan.items]) == ("total", list(talk.state.chosen))


@pytest.mark.parametrize(
    ("said", "slot"), [("he's nine, something to play with", "budget"), ("how many are there, I need ten", "budget")]
)
def test_an_age_or_a_count_is_no_price(said: str, slot: str) -> None:
    talk = Talk()
    talk.say("a mug")
    talk.say(said)
    assert talk.state.belief(slot).empty


def test_nothing_from_before_a_year_wants_it_newer() -> None:
    talk = Talk(shop_in(CINEMA))
    talk.say("a documentary, nothing from before twenty ten")
    assert talk.state.belief("year").low == 2010


def test_this_party_says_what_for_and_my_little_brother_for_whom() -> None:
    talk = Talk()
    talk.say("I've got this party on Saturday, it's for my little brother")
    assert talk.wants("occasion") == ("party",)
    assert talk.wants("recipient") == ("him",)


def test_between_those_two_which_sets_no_limit() -> None:
    talk = Talk()
    talk.say("a scarf")
    plan = talk.say("Between those two, which would you pick for a man?")
    assert plan.note == "pick"
    assert talk.state.belief("budget").empty


def test_the_difference_between_two_materials_is_no_wish() -> None:
    talk = Talk()
    plan = talk.say("What's the difference between merino and lambswool?")
    assert (plan.kind, plan.note) == ("answer", "question")
    assert not talk.state.slots


def test_one_of_two_drinks_is_cancelled_and_the_other_stays() -> None:
    talk = Talk(shop_in(COFFEE))
    talk.say("a latte and a large mocha")
    plan = talk.say("actually cancel the mocha")
    assert talk.wants("coffeeDrink") == ("latte",)
    assert plan.kind == "recommend"


def test_which_is_lightest_is_not_known_and_said_so() -> None:
    talk = Talk()
    talk.say("an umbrella")
    assert talk.say("Which of those is the sturdiest?").note == "unmeasured"
    assert "Which is sturdiest I can't tell" in reply(talk)


def test_who_dislikes_the_look_of_all_sees_others() -> None:
    talk = Talk()
    shown = {item.id for item in (talk.say("a scarf for my sister"), talk.items)[1]}
    plan = talk.say("I don't like the look of any of those.")
    assert plan.kind == "recommend"
    assert not shown & {item.id for item in talk.items}


def test_two_tickets_for_that_one_takes_it() -> None:
    talk = Talk(shop_in(CINEMA))
    talk.say("a thriller on Saturday")
    talk.say("The second one sounds good, what's it about?")
    assert talk.say("Lovely, we'd like two tickets for that please.").kind == "chosen"


def test_an_item_in_a_sentence_of_its_own_is_taken() -> None:
    talk = Talk(shop_in(CINEMA))
    talk.say("a thriller")
    assert talk.say("OK the shorter of the two. On Friday.").kind == "chosen"
    assert talk.wants("showtime") == ("Friday evening",)


def test_the_scariest_is_at_the_end_of_the_scale() -> None:
    talk = Talk(shop_in(CINEMA))
    assert talk.say("What's the scariest film you've got?").kind == "recommend"
    assert talk.wants("mood") == ("scary",)


def test_everything_taken_is_summed_however_it_is_pointed_at() -> None:
    talk = Talk()
    talk.say("a mug")
    talk.say("I'll take both")
    plan = talk.say("How much is that altogether?")
    assert (plan.note, len(plan.items)) == ("total", 2)


def test_who_is_only_told_of_is_for_nobody() -> None:
    talk = Talk()
    talk.say("My girlfriend broke up with me and I need cheering up.")
    assert not talk.wants("recipient")


def test_why_everything_is_so_expensive_raises_no_limit() -> None:
    talk = Talk()
    talk.say("Why is everything so expensive in here?")
    assert not talk.state.slots


def test_where_else_asks_for_others_and_my_bus_for_nothing() -> None:
    talk = Talk(shop_in(CINEMA))
    assert not talk.say("What's the shortest thing you've got on, my bus is at ten.").policies
    shown = {item.id for item in talk.items}
    talk.say("And what else, or where else could we go?")
    assert not shown & {item.id for item in talk.items}


def test_each_of_two_dislikes_counts() -> None:
    talk = Talk(shop_in(CINEMA))
    plan = talk.say("she hates violence and I hate musicals")
    assert talk.state.belief("genre").exclude == ("musical",)
    assert plan.unkept == ("hates violence",)


def test_what_is_to_be_kept_in_it_is_not_what_is_wanted() -> None:
    talk = Talk()
    talk.say("something to keep my jewellery in")
    assert not talk.wants("category")


def test_a_choice_and_a_question_in_two_sentences_after_thinking() -> None:
    talk = Talk()
    talk.say("a watch for my husband")
    plan = talk.say("Actually yes, the last one. And when would it come?")
    assert (plan.kind, plan.policies) == ("chosen", ("delivery",))


def test_no_card_then_and_that_is_everything_closes() -> None:
    talk = Talk()
    talk.say("a candle for my mate")
    assert talk.say("ok no pink then, that's everything").kind == "close"


def test_the_shortest_is_the_shortest_of_what_is_wished_for_next() -> None:
    talk = Talk(shop_in(CINEMA))
    talk.say("What's the shortest film you've got?")
    shortest = talk.items[0].numbers["length"]
    plan = talk.say("Something French maybe?")
    assert plan.kind == "recommend"
    assert {item.values["language"] for item in talk.items} == {("French",)}
    assert talk.items[0].numbers["length"] > shortest


def _scarves_then_hats() -> tuple[Talk, list[str], list[str]]:
    talk = Talk()
    talk.say("have you got any scarves")
    scarves = [item.id for item in talk.items]
    talk.say("show me hats instead")
    return talk, scarves, [item.id for item in talk.items]


def test_a_place_and_a_kind_mean_an_item_of_an_earlier_list() -> None:
    talk, scarves, _ = _scarves_then_hats()
    assert talk.say("how much was the first scarf again").focus == scarves[0]


def test_one_of_each_list_is_taken() -> None:
    talk, scarves, hats = _scarves_then_hats()
    assert talk.say("I'll take the first scarf and the second hat").kind == "chosen"
    assert set(talk.state.chosen) == {scarves[0], hats[1]}


def test_a_kind_on_the_table_is_not_looked_for_in_earlier_lists() -> None:
    talk, _, hats = _scarves_then_hats()
    assert talk.say("how much is the second hat").focus == hats[1]


def test_another_thing_that_is_not_sold_is_not_had_either() -> None:
    talk = Talk()
    assert talk.say("I want headphones").note == "not_sold"
    plan = talk.say("not headphones then, a speaker")
    assert (plan.note, plan.requested) == ("not_sold", ("speaker",))
    assert not plan.unkept


def test_something_for_another_person_as_well_is_an_errand_of_its_own() -> None:
    talk = Talk()
    talk.say("I'm looking for a present for my dad, he's into gardening")
    talk.say("the first one then")
    talk.say("and something for my mum as well")
    assert talk.state.belief("recipient").want == ("mother",)
    assert not talk.state.texts or "gardening" not in " ".join(talk.state.texts)
    talk = Talk()
    talk.say("I'm looking for a scarf for my dad")
    talk.say("and it's for my mum as well")   # the same scarf
    assert set(talk.state.belief("recipient").want) == {"father", "mother"}


def test_what_no_row_tells_is_owned_up_to_after_praise_too() -> None:
    talk = Talk()
    talk.say("I'm looking for a scarf for my dad")
    assert talk.say("oh that's nice, is it dishwasher safe").note == "question"


def test_an_item_may_be_seen_again() -> None:
    talk = Talk()
    talk.say("I'm looking for a scarf for my dad")
    plan = talk.say("can I see that again")
    assert plan.note == "details"
    assert len(plan.items) == 1


def test_of_two_kinds_in_a_row_the_second_is_meant() -> None:
    talk = Talk()
    talk.say("I need a card game for my nephew")
    assert talk.state.belief("category").want == ("game",)


def test_praise_before_a_wish_takes_nothing() -> None:
    talk = Talk()
    talk.say("show me belts")
    second = talk.items[1]
    talk.say("the second one sounds good but is there anything cheaper")
    assert not talk.state.chosen
    assert all((item.price_minor or 0) < (second.price_minor or 0) for item in talk.items)


def test_a_likeness_in_another_colour_asks_nothing() -> None:
    talk = Talk()
    talk.say("show me belts")
    assert not talk.say("like the first but in green").before


def test_which_would_you_wear_names_one_and_what_it_holds_is_no_wish() -> None:
    talk = Talk()
    talk.say("show me belts")
    assert talk.say("which would you wear to a church").note == "pick"
    talk.say("my husband needs a new wallet")
    assert talk.say("how many cards does it hold").note == "question"
    assert talk.state.belief("category").want == ("wallet",)


def test_an_item_may_be_put_aside() -> None:
    talk = Talk()
    talk.say("show me belts")
    first = talk.items[0]
    assert talk.say("put the first one aside for me").kind == "chosen"
    assert talk.state.chosen == (first.id,)


def test_too_close_to_a_colour_shuts_it_out() -> None:
    talk = Talk()
    talk.say("I'd like a handbag for my girlfriend")
    talk.say("no that's too close to black")
    assert talk.state.belief("colour").exclude == ("black",)
    assert not talk.state.wants("colour")


def test_you_choose_picks_one_and_praise_takes_it() -> None:
    talk = Talk()
    talk.say("I'd like a handbag for my girlfriend")
    assert talk.say("both look nice, you choose").note == "pick"
    picked = talk.items[0]
    assert talk.say("perfect").kind == "chosen"
    assert talk.state.chosen == (picked.id,)
    assert talk.say("total?").note == "total"


def test_praise_of_a_list_is_asked_which() -> None:
    talk = Talk()
    talk.say("do you have anything for a housewarming, something minimalist in black")
    offered = talk.items
    talk.heard = Heard(talk.heard.items, talk.heard.last_item, asked=False)
    plan = talk.say("perfect")
    assert plan.note == "which_of"
    said = reply(talk)
    assert all(phraser().shop.of(item).name in said for item in talk.items)
    talk.say("the second")
    assert talk.state.chosen == (offered[1].id,)


def test_a_colour_not_liked_of_the_item_at_hand_is_shut_out() -> None:
    talk = Talk()
    talk.say("show me scarves")
    colours = talk.items[0].values["colour"]
    talk.say("I like the first but not the colour")
    assert set(colours[:1]) <= set(talk.state.belief("colour").exclude)


def test_what_is_recommended_of_nothing_sold_is_owned_up_to() -> None:
    talk = Talk()
    assert talk.say("hey there can you recommend a book").note == "not_sold"


def test_a_line_of_the_shop_s_wishes_for_nothing_in_its_name() -> None:
    talk = Talk()
    assert talk.say("do you do gift cards").policies == ("gift card",)
    assert not talk.state.slots


def test_a_part_of_the_item_at_hand_is_no_kind_of_thing() -> None:
    talk = Talk()
    talk.say("show me necklaces")
    assert talk.say("how long is the chain").note == "question"
    assert talk.say("what else is there at that price").kind == "recommend"
    assert talk.state.wants("category") == ("necklace",)
    assert talk.say("I'll have a think").kind == "close"


def test_so_many_of_an_item_are_summed_and_may_be_more() -> None:
    talk = Talk()
    talk.say("show me some cushions")
    first = talk.items[0]
    plan = talk.say("two of the first")
    assert (plan.kind, plan.fitting) == ("chosen", 2)
    assert "together" in reply(talk)
    talk.say("how much is that")
    plan = talk.say("actually make it three")
    assert (plan.kind, plan.fitting, plan.focus) == ("chosen", 3, first.id)
    assert talk.state.chosen == (first.id,)
    assert not talk.state.belief("budget").settled
    assert talk.say("the second please").fitting == 1


def test_another_number_of_what_was_taken_may_be_less() -> None:
    talk = Talk()
    talk.say("show me some cushions")
    talk.say("two of the first")
    assert talk.say("actually just one").fitting == 1
    assert talk.say("make it four").fitting == 4


def test_the_maker_just_told_of_is_asked_for_more() -> None:
    talk = Talk()
    talk.say("show me bags")
    maker = talk.items[0].values["brand"]
    talk.say("who makes the first one")
    plan = talk.say("do they do anything else")
    assert plan.kind == "recommend"
    assert talk.state.wants("brand") == maker


def test_what_would_go_with_an_item_is_looked_for_and_may_be_added() -> None:
    talk = Talk()
    talk.say("show me skirts")
    first = talk.items[0]
    plan = talk.say("what would go with the first one?")
    assert (plan.kind, plan.note) == ("recommend", "goes_with")
    assert first.id not in {ranked.item.id for ranked in plan.items}
    talk.say("tell me about the second one")
    assert talk.say("add that").kind == "chosen"


def test_warm_but_not_too_heavy_is_no_contradiction() -> None:
    talk = Talk()
    talk.say("show me coats")
    assert talk.say("something warm but not too heavy").kind == "recommend"


def test_what_a_thing_shall_lack_does_not_shut_it_out() -> None:
    talk = Talk()
    talk.say("no pockets on the coat")
    assert talk.state.wants("category") == ("coat",)


@pytest.mark.parametrize("asked", ["which one's made locally?", "which are hypoallergenic", "which ones are dishwasher safe"])
def test_what_no_slot_holds_is_owned_up_to_where_it_would_choose(asked: str) -> None:
    talk = Talk()
    talk.say("show me some cushions")
    assert talk.say(asked).note == "unmeasured"
    assert "can't tell from my list" in reply(talk)


def test_which_are_in_stock_is_told_of_each() -> None:
    talk = Talk()
    talk.say("show me scarves")
    plan = talk.say("which are in stock")
    assert (plan.kind, plan.requested, len(plan.items) > 1) == ("answer", ("stock",), True)


def test_what_is_told_of_whom_it_is_for_is_no_other_topic() -> None:
    talk = Talk()
    talk.say("something for a housewarming")
    assert talk.say("they've just got a dog").note != "off_topic"
