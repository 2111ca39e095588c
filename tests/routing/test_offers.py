"""The book of standing offers: their time, whether they rang, and who is spared what."""

import pytest

from routing.offers import Offer, Offers

PAUSE = 30.0


@pytest.fixture
def offers() -> Offers:
    """One standing offer: c_1 to u_1, until 20."""
    offers = Offers(refusal=PAUSE)
    offers.add(Offer("s_1", "c_1", "u_1", 20.0))
    return offers


def test_an_offer_is_over_at_its_end_and_not_before(offers: Offers) -> None:
    assert offers.over(19.9) == []
    assert [offer.slot for offer in offers.over(20.0)] == ["s_1"]
    assert offers.remaining("s_1", 5.0) == 15.0
    assert offers.remaining("s_1", 50.0) == 0.0
    assert offers.remaining("s_2", 5.0) is None


def test_an_offer_ends_once(offers: Offers) -> None:
    assert "s_1" in offers
    ended = offers.end("s_1")
    assert ended is not None
    assert ended.agent == "u_1"
    assert offers.end("s_1") is None
    assert "s_1" not in offers
    assert offers.over(99.0) == []


def test_only_what_a_desk_has_shown_has_rung(offers: Offers) -> None:
    offers.add(Offer("s_2", "c_2", "u_2", 20.0))
    offers.rang("s_2")
    offers.rang("s_unknown")
    assert {offer.slot: offer.rang for offer in offers.over(20.0)} == {"s_1": False, "s_2": True}


def test_offers_are_found_by_agent(offers: Offers) -> None:
    offers.add(Offer("s_2", "c_2", "u_1", 20.0))
    assert sorted(offer.slot for offer in offers.of("u_1")) == ["s_1", "s_2"]
    assert offers.of("u_2") == []


def test_who_refused_is_spared_for_the_pause_and_no_longer(offers: Offers) -> None:
    offers.refuse("c_1", "u_1", 10.0)
    offers.refuse("c_1", "u_2", 20.0)
    assert offers.refused("c_1") == {"u_1", "u_2"}
    assert offers.refused("c_2") == frozenset()
    assert offers.forgive(10.0 + PAUSE - 0.1) == []
    assert offers.forgive(10.0 + PAUSE) == ["c_1"]
    assert offers.refused("c_1") == {"u_2"}
    assert offers.forgive(20.0 + PAUSE) == ["c_1"]
    assert offers.forgive(1000.0) == []


def test_who_refuses_again_is_spared_anew(offers: Offers) -> None:
    offers.refuse("c_1", "u_1", 10.0)
    offers.refuse("c_1", "u_1", 35.0)
    assert offers.forgive(10.0 + PAUSE) == []
    assert offers.refused("c_1") == {"u_1"}


def test_what_was_taken_is_forgotten(offers: Offers) -> None:
    offers.refuse("c_1", "u_1", 10.0)
    offers.settle("c_1")
    assert offers.refused("c_1") == frozenset()
    assert offers.forgive(1000.0) == []
