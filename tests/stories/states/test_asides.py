"""Names beside the places of a way: on a free side, and not on one another."""

import numpy as np

from seq2seq.stories.states.asides import NAME, SIDES, choose_aside, middle_of, reach_of, way_asides, written_asides

DOTS = np.array([[-10.0, -10.0], [10.0, 10.0]])


def test_a_name_stands_above_unless_something_is_there():
    place, reach = np.zeros(2), 1.0
    assert choose_aside(place, DOTS, reach, None) == SIDES[0]
    above = np.array([[0.0, 1.0]])
    x, y = choose_aside(place, above, reach, None)
    assert np.hypot(x, y - 1) >= 0.7


def test_a_name_stays_where_it_was_if_there_is_room():
    side = (1.0, 0.0)
    assert choose_aside(np.zeros(2), DOTS, 1.0, side) == side
    assert choose_aside(np.zeros(2), np.array([[1.0, 0.0]]), 1.0, side) != side


def test_names_of_places_that_nearly_coincide_do_not_lie_on_one_another():
    ways = [np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[0.1, 0.0], [1.0, 1.1]]), np.array([[5.0, 5.0]])]
    found, reach = written_asides(ways, DOTS), reach_of([DOTS, *ways])
    assert [len(sides) for sides in found] == [2, 2, 1]
    for k in range(2):
        one, other = (middle_of(ways[j][k], found[j][k], reach) for j in range(2))
        assert (np.abs(one - other) >= NAME * reach).any()


def test_every_place_has_a_side_whatever_the_way():
    one = [np.zeros((1, 2)), np.array([[0.0, 0.0], [0.0, 0.0]])]
    assert [len(sides) for sides in way_asides(one, DOTS)] == [1, 2]
    assert all(side in SIDES for sides in way_asides(one, np.zeros((1, 2))) for side in sides)
