"""Components against an eigendecomposition and a known case; silhouettes and distances against numbers worked by hand."""

import numpy as np
import pytest

from seq2seq.stories.states.geometry import distances, nearest, principal_components, silhouette

rng = np.random.default_rng(3)


@pytest.mark.parametrize("shape", [(40, 7), (7, 40), (240, 128)])
def test_components_are_the_eigenvectors_of_the_covariance(shape):
    states = rng.normal(size=shape) * np.linspace(3, 0.5, shape[1])
    found = principal_components(states)
    values, vectors = np.linalg.eigh(np.cov(states.T, bias=True))
    values, vectors = values[::-1], vectors[:, ::-1]
    assert found.shares == pytest.approx(values[:3] / values.sum(), rel=1e-8)
    for a in range(3):
        assert abs(found.components[a] @ vectors[:, a]) == pytest.approx(1, abs=1e-6)
    assert found.project(states).var(0) == pytest.approx(values[:3], rel=1e-8)


def test_components_are_orthonormal_and_project_the_mean_to_nothing():
    states = rng.normal(size=(50, 9)) + 5
    found = principal_components(states)
    assert found.components @ found.components.T == pytest.approx(np.eye(3), abs=1e-12)
    assert found.project(states.mean(0)) == pytest.approx([0, 0, 0], abs=1e-12)


def test_a_line_has_one_component():
    """Points on the line (3, 4)/5 through (1, 1): everything lies in the first component."""
    along = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    found = principal_components(np.outer(along, [0.6, 0.8]) + 1)
    assert found.components[0] == pytest.approx([0.6, 0.8]) and found.shares[0] == pytest.approx(1)
    assert found.project(np.outer(along, [0.6, 0.8]) + 1)[:, 0] == pytest.approx(along)


def test_the_sign_is_decided():
    states = rng.normal(size=(30, 6))
    found, mirrored = principal_components(states), principal_components(states[::-1])
    assert found.components == pytest.approx(mirrored.components, abs=1e-9)
    largest = found.components[np.arange(3), np.abs(found.components).argmax(1)]
    assert (largest > 0).all()


@pytest.mark.parametrize("shape", [(2, 5), (5, 1), (3, 2)])
def test_too_few_points_or_units_are_no_trouble(shape):
    found = principal_components(rng.normal(size=shape))
    assert found.components.shape == (3, shape[1]) and np.isfinite(found.project(np.ones(shape))).all()


def test_equal_states_are_no_trouble():
    found = principal_components(np.ones((4, 3)))
    assert np.isfinite(found.shares).all() and np.isfinite(found.components).all()


def test_distances_by_hand():
    found = distances(np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]], dtype=np.float32))
    assert found[0, 1] == 5 and found[0, 2] == 1 and found[1, 2] == pytest.approx(np.sqrt(18)) and found[1, 0] == 5
    assert np.diag(found).tolist() == [0, 0, 0]
    assert nearest(found, 2).tolist() == [[2, 1], [2, 0], [0, 1]]
    assert nearest(found).shape == (3, 2)  # never itself, never more than there are


def test_silhouettes_by_hand():
    """On a line: group A at 0 and 2, group B at 6 and 10, C alone at 11.

    The point at 0: a = 2; b = min(mean(6, 10), 11) = 8; s = 6/8. The point at 10: a = 4; b = min(9, 1) = 1; s = −3/4.
    """
    between = distances(np.array([[0.0], [2.0], [6.0], [10.0], [11.0]]))
    found = silhouette(between, np.array(["A", "A", "B", "B", "C"]))
    assert found.values == pytest.approx([6 / 8, (6 - 2) / 6, (5 - 4) / 5, -3 / 4, 0])
    assert found.inside[:2].tolist() == [2, 2] and found.outside[3] == 1
    assert found.mean == pytest.approx((6 / 8 + 4 / 6 + 1 / 5 - 3 / 4) / 5)


def test_silhouettes_of_one_group_say_nothing():
    assert silhouette(distances(rng.normal(size=(4, 2))), np.array([1, 1, 1, 1])) is None


def test_silhouettes_know_good_groups_from_bad():
    centres = np.repeat(np.eye(3) * 10, 20, axis=0)
    states, labels = centres + rng.normal(size=(60, 3)) * 0.1, np.repeat([0, 1, 2], 20)
    assert silhouette(distances(states), labels).mean > 0.97
    assert silhouette(distances(states), rng.permutation(labels)).mean < 0
    moved = silhouette(distances(states * 7 + 3), labels)  # neither scale nor place matters
    assert moved.mean == pytest.approx(silhouette(distances(states), labels).mean)
