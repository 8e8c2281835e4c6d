"""What the player's controls are called."""

from seq2seq.words import Words

LABELS = (
    "player", "first", "previous", "play", "pause", "next", "last", "scrubber", "speed", "step_of", "keys", "copy_link",
    "copied", "save", "failed", "asking", "back", "close", "code", "explain", "explained", "predict", "sure", "score",
    "was_right", "balance", "balance_here", "balance_all", "overconfident", "underconfident", "well_judged",
)  # fmt: skip


def player_labels(words: Words) -> dict[str, str]:
    """Every label the player needs, in one language, and which language that is."""
    return {"lang": words.language} | {label: words.say(f"player.{label}") for label in LABELS}
