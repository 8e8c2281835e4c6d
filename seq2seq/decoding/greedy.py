"""Greedy decoding under the limits of a search, beside a beam's tree."""

import numpy as np

from seq2seq.decoding.allowed import Allowed
from seq2seq.decoding.writer import Writer
from seq2seq.traces.search import ROOT, GreedyPath, SearchTrace


def greedy_beside(trace: SearchTrace, writer: Writer, allowed: Allowed) -> GreedyPath:
    """Greedy's output, read off the tree as long as the beam goes with it, else written anew."""
    nodes: list[int] = []
    while len(behind := trace.children(nodes[-1] if nodes else ROOT)):
        nodes.append(int(behind[0]))
    if trace.ended(nodes[-1]) or len(nodes) == allowed.limits.longest:
        return GreedyPath(
            tuple(int(trace.token[node]) for node in nodes), tuple(float(trace.log_prob[node]) for node in nodes),
            tuple(nodes),
        )  # fmt: skip
    tokens, log_probs = write_greedily(writer, allowed)
    found = trace.follow(tokens)
    return GreedyPath(tuple(tokens), tuple(log_probs), (*found, *[ROOT] * (len(tokens) - len(found))))


def write_greedily(writer: Writer, allowed: Allowed) -> tuple[list[int], list[float]]:
    """The most probable token at each step that may be written; tokens by number, their log-probabilities."""
    last, state = writer.begin()
    tokens: list[int] = []
    log_probs: list[float] = []
    while len(tokens) < allowed.limits.longest and writer.end not in tokens[-1:]:
        ahead = writer.ahead(last, state)
        row = allowed.log_probs(ahead.log_probs, len(tokens))[0]
        best = int(np.argmax(row))
        tokens.append(best)
        log_probs.append(float(row[best]))
        last, state = [best], ahead.state
    return tokens, log_probs
