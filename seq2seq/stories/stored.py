"""Stories stored with the studio: the first pictures, shown before torch is even imported."""

from seq2seq.folders import ASSETS

STORIES = ASSETS / "stories"
HOME_MODEL = "dates-gru-additive"
HOME_DATES = {
    "fr": "3 mars 2021",
    "zh": "2021年3月3日",
    "de": "mittwoch, 3. märz 2021",
    "ru": "3 марта 2021 г.",
    "en": "march 3, 2021",
}
CELL_MODEL, CELL_INPUT = "recall-lstm-none", "Cxuvzs"
ATTENTION_MODEL, ATTENTION_INPUT = "reverse-gru-general", "studio"
CONVOLUTION_MODEL, CONVOLUTION_INPUT = "reverse-conv", "computer"
SELF_ATTENTION_MODEL, SELF_ATTENTION_INPUT = "reverse-transformer", "studio"
SELF_ATTENTION_HEAD, SELF_ATTENTION_QUERY = 2, 1  # a head in which a letter takes most from another one
BOTTLENECK_TASK, BOTTLENECK_HIDDEN = "reverse", 64
BOTTLENECK_INPUT = "the quick brown fox jumps over"
POSITIONS_TASK, POSITIONS_INPUT, POSITIONS_ORDER = "reverse", "studio", "1"
CUT_TEXT, CUT_MERGES = "20 de novembro de 2019", 40
BATCH_SIZE, BATCH_BUCKET, BATCH_LENGTHS, BATCH_DRAW = 12, 2, (4, 20), 28
EMBEDDING_MODEL, EMBEDDING_TOKEN = "sort-gru-general", "t"
HEADS_MODEL, HEADS_INPUT = "reverse-transformer", "studio"
SAMPLING_MODEL, SAMPLING_INPUT = "search-synonyms", "284"
SAMPLING_CUT, SAMPLING_SEED, SAMPLING_DRAWS = (2.0, 5, 0.9), 0, 1000  # temperature, top-k, top-p
MASKS_MODEL, MASKS_INPUT, MASKS_SENTENCE = "reverse-transformer", "attention studio mask", 1
MASKS_LAYER, MASKS_HEAD, MASKS_PADS, MASKS_AT = 1, 0, 3, 2
EXACT_MODEL, EXACT_INPUT, EXACT_WIDTH, EXACT_BUDGET = "search-synonyms", "284716", 3, 500
EXACT_ANSWER = "二八四七一六"
COMPARE_MODEL = "search-synonyms"
STATES_MODEL = "dates-lstm-none"
STATES_SENTENCES = ("3 mars 2021", "march 3, 2021", "2021年3月3日", "3 марта 2021 г.", "3 mai 2021")
BEAM_MODEL, BEAM_INPUT, BEAM_WIDTH = "search-reverse-half", "bottom", 3


def read_story(name: str) -> str:
    """The JSON of a stored story."""
    return (STORIES / f"{name}.json").read_text(encoding="utf-8")
