"""Whole sentences in a row: apart from each other as their language has it."""

from collections.abc import Iterable


def in_a_row(sentences: Iterable[str]) -> str:
    """With a space between them, but for Chinese, whose full stop is as wide as one."""
    return "".join(sentence if sentence.endswith("。") else f"{sentence} " for sentence in sentences).strip()
