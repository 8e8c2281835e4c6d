"""Tokens and their numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

PAD, BOS, EOS, UNK = range(4)
SPECIALS = ("⟨pad⟩", "⟨bos⟩", "⟨eos⟩", "⟨unk⟩")


@dataclass(frozen=True)
class Vocabulary:
    """An ordered set of tokens; the first four are always PAD, BOS, EOS and UNK.

    Raises: ValueError if a token is given twice.
    """

    tokens: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.tokens[:4] != SPECIALS:
            raise ValueError(f"a vocabulary starts with {SPECIALS}, not with {self.tokens[:4]}")
        if len(set(self.tokens)) != len(self.tokens):
            raise ValueError("a vocabulary holds each token once")

    @classmethod
    def of(cls, tokens: Iterable[str]) -> "Vocabulary":
        """The vocabulary of these ordinary tokens, sorted, behind the four special ones."""
        return cls(SPECIALS + tuple(sorted(set(tokens))))

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Token → number."""
        return {token: number for number, token in enumerate(self.tokens)}

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: str) -> bool:
        return token in self.numbers

    def encode(self, tokens: Iterable[str]) -> list[int]:
        """Numbers of the tokens; UNK for those it does not know. Special tokens cannot be typed in."""
        return [max(self.numbers.get(token, UNK), UNK) for token in tokens]

    def decode(self, numbers: Sequence[int]) -> list[str]:
        """Tokens of the numbers, up to and without the first EOS."""
        tokens = []
        for number in numbers:
            if number == EOS:
                break
            tokens.append(self.tokens[number])
        return tokens

    def unknown(self, tokens: Iterable[str]) -> list[str]:
        """The tokens it does not know, each once, in order."""
        return list(dict.fromkeys(token for token in tokens if token not in self.numbers))
