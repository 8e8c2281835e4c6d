"""Outputs drawn at random, from probabilities cut by temperature, top-k and top-p; and their exact distribution."""

import heapq
import math

import numpy as np
import torch

from seq2seq.decoding.allowed import Allowed, check_number
from seq2seq.decoding.writer import Writer
from seq2seq.models.model import State
from seq2seq.tasks import InputError
from seq2seq.traces.sampling import (
    HOTTEST,
    MOST_SAMPLES,
    Cut,
    Distribution,
    SampleSettings,
    SampleTrace,
    Share,
    falling,
)
from seq2seq.traces.search import Limits


def check_cut(cut: Cut) -> None:
    """Raise InputError if there is no such cut."""
    check_number("temperature", cut.temperature, 0.0, HOTTEST)
    check_number("top_k", cut.top_k, 0, 1_000_000)
    if not 0 < cut.top_p <= 1:
        raise InputError("input.out_of_range", name="top_p", value=cut.top_p, low="0+", high=1)


def cut_down(log_probs: np.ndarray, cut: Cut) -> dict[str, np.ndarray]:
    """Distributions (R, V) before and after each cut, by stage; log_probs (R, V), -inf where nothing may be written.

    Of equally probable tokens the one with the lower number comes first.
    """
    stages = {"model": normalised(log_probs)}
    if cut.temperature == 0:
        hot = np.zeros_like(log_probs)
        np.put_along_axis(hot, log_probs.argmax(1)[:, None], 1.0, 1)
    else:
        hot = normalised(log_probs / cut.temperature)
    stages["temperature"] = hot
    order = falling(hot)
    ranks = np.argsort(order, axis=1, kind="stable")
    few = np.where(ranks < (cut.top_k or hot.shape[1]), hot, 0.0)
    stages["top_k"] = few / few.sum(1, keepdims=True)
    sorted_ = np.take_along_axis(stages["top_k"], order, 1)
    before = sorted_.cumsum(1) - sorted_  # what stands before a token: it stays if that does not reach p yet
    stays = np.take_along_axis(before < cut.top_p - 1e-12, ranks, 1)
    core = np.where(stays, stages["top_k"], 0.0)
    stages["top_p"] = core / core.sum(1, keepdims=True)
    return stages


def normalised(log_probs: np.ndarray) -> np.ndarray:
    """Probabilities (R, V) that sum to 1."""
    probs = np.exp(log_probs - log_probs.max(1, keepdims=True))
    shared: np.ndarray = probs / probs.sum(1, keepdims=True)
    return shared


def pick(probs: np.ndarray, draws: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The tokens (N,) on which numbers in [0, 1) fall.

    The tokens of a distribution lie end to end, the most probable first, each as long as its probability.

    Args: probs (R, V); draws (N,); rows (N,) which distribution each of them is for.
    """
    order = falling(probs)
    reach = np.take_along_axis(probs, order, 1).cumsum(1)
    reach /= reach[:, -1:]
    place = (reach[rows] <= draws[:, None]).sum(1)
    found: np.ndarray = order[rows, place]
    return found


def sample(writer: Writer, asked: SampleSettings) -> SampleTrace:
    """Draw outputs; the same for the same seed, and fewer are the first of many. A beginning is computed once.

    Raises: InputError if it cannot be asked for so.
    """
    check_cut(asked.cut)
    check_number("samples", asked.samples, 1, MOST_SAMPLES)
    check_number("seed", asked.seed, 0, 2**31 - 1)
    allowed = Allowed(asked.limits, writer)
    last, state = writer.begin()
    rows = np.arange(asked.samples)  # the outputs that go on
    at = np.zeros(asked.samples, dtype=int)  # which of the beginnings in hand each of them has
    tokens = np.full((asked.samples, asked.limits.longest), -1)
    log_prob, cut_log_prob = np.zeros((2, asked.samples))
    kept: list[dict[str, np.ndarray]] = []
    picked, looked = [], []
    for number in range(asked.limits.longest):
        ahead = writer.ahead(last, state)  # one row a beginning
        log_probs = allowed.log_probs(ahead.log_probs, number)
        stages = cut_down(log_probs, asked.cut)
        # one a row, ended or not: a row's luck is its own
        draws = np.random.default_rng((asked.seed, number)).random(asked.samples)[rows]
        chosen = pick(stages["top_p"], draws, at)
        tokens[rows, number] = chosen
        log_prob[rows] += log_probs[at, chosen]
        cut_log_prob[rows] += np.log(stages["top_p"][at, chosen])
        if rows[0] == 0:
            kept.append({name: stage[at[0]] for name, stage in stages.items()})
            picked.append(draws[0])
            looked += [] if ahead.weights is None else [ahead.weights[at[0]]]
        going = chosen != writer.end
        rows, at, chosen = rows[going], at[going], chosen[going]
        if not len(rows):
            break
        beginnings, at = np.unique(at * log_probs.shape[1] + chosen, return_inverse=True)
        parents, following = np.divmod(beginnings, log_probs.shape[1])
        state, last = ahead.state.select(torch.from_numpy(parents)), following.tolist()
    return SampleTrace(
        source=writer.source, vocabulary=writer.vocabulary, asked=asked, end=writer.end, tokens=tokens[:, : number + 1],
        log_prob=log_prob, cut_log_prob=cut_log_prob, drawn=np.array(picked),
        stages={name: np.array([step[name] for step in kept]) for name in kept[0]},
        weights=np.array(looked) if looked else None,
    )  # fmt: skip


def distribution(
    writer: Writer, cut: Cut, limits: Limits, most: int = 100, covered: float = 1.0, budget: int = 2000
) -> Distribution:
    """The exact probabilities of the most probable outputs under a cut, until they cover a share of all.

    most: outputs at most. budget: beginnings that are looked at, at most.
    Raises: InputError if it cannot be asked for so.
    """
    check_cut(cut)
    allowed = Allowed(limits, writer)
    first, start = writer.begin()
    open_: list[tuple[float, int, tuple[int, ...], State]] = [(-1.0, 0, (), start)]
    shares: list[Share] = []
    made, spent, sum_ = 1, 0, 0.0
    while open_ and len(shares) < most and sum_ < covered:
        negative, _, tokens, state = open_[0]
        whole = tokens and (tokens[-1] == writer.end or len(tokens) == limits.longest)
        if not whole and spent == budget:
            break
        heapq.heappop(open_)
        if whole:
            shares.append(Share(tokens, -negative, tokens[-1] == writer.end))
            sum_ -= negative
            continue
        spent += 1
        ahead = writer.ahead([tokens[-1] if tokens else first[0]], state)
        probs = cut_down(allowed.log_probs(ahead.log_probs, len(tokens)), cut)["top_p"][0]
        for number in np.flatnonzero(probs).tolist():
            heapq.heappush(open_, (negative * float(probs[number]), made, (*tokens, number), ahead.state))
            made += 1
    return Distribution(tuple(shares), math.fsum(share.prob for share in shares), not open_)
