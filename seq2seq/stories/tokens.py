"""How tokens are written: in a sentence, and where there is room for one sign only."""

SHORT = {"⟨eos⟩": "∎", "⟨bos⟩": "▸", "⟨unk⟩": "?", "⟨pad⟩": "·"}


def quoted(token: str) -> str:
    """A token as a sentence shows it: a space needs a sign."""
    return "␣" if token == " " else token


def short_sign(token: str) -> str:
    """A token by one sign."""
    return SHORT.get(token, quoted(token))


def token_row(token: str) -> dict[str, str]:
    """A token as a dataset holds it, in full and by one sign."""
    return {"token": quoted(token), "short": short_sign(token)}
