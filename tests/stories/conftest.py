"""Every formula that a test of a page's stories makes is read: each of its symbols stands in the table of that page."""

import re

import pytest

from seq2seq.stories import formulas
from seq2seq.stories.explain.equation import Explanation
from seq2seq.stories.symbols import PAGES, SYMBOLS, symbols_in

READ = {  # whose formulas the tests of a file make
    "test_beam": "beam", "test_bottleneck": "bottleneck", "test_cell": "cell", "test_comparison": "attention",
    "test_convolution": "convolution", "test_exact": "exact", "test_explain": "attention train",
    "test_gradient_stories": "gradients", "test_heads": "heads attention", "test_masks": "masks", "test_scale": "self_attention",
    "test_positions": "positions attention", "test_sampling": "sampling", "test_self_attention": "self_attention",
    "test_states_story": "states", "test_story": "attention", "test_tokens": "tokens", "test_training_story": "train",
    "test_transformer_decoding": "attention", "test_transformer_explain": "attention", "test_widths": "compare",
}  # fmt: skip
PLAIN = frozenset(re.findall(r"\w+", """exp ln log max min sin cos tanh softmax argmax lim mean var nearest RNN GRU LSTM LN block stays heads mask no visible
    pad limit end att real cells pads special characters merges sentences made used updates old id bit beam best greedy
    own found open measured expected finished drawn model pattern for sentence clipped unclipped median seconds scripts top LayerNorm"""))  # fmt: skip


@pytest.fixture(autouse=True)
def every_symbol_is_in_its_table(request, monkeypatch):
    convert, begin = formulas.mathml, Explanation.__init__
    pages = READ.get(request.module.__name__.split(".")[-1], "").split()
    known = {SYMBOLS[id].sign for page in pages for id in PAGES[page]}
    unknown = {}

    def read(latex):
        made = convert(latex)
        for sign in symbols_in(made) - known - PLAIN if pages else ():
            unknown[sign] = re.sub(r"\\text\{@\d+\}", "#", latex)
        return made

    def explained(self, *arguments, **named):
        begin(self, *arguments, **named)
        for line in self.lines:
            read(line.latex)

    monkeypatch.setattr(formulas, "mathml", read)
    monkeypatch.setattr(Explanation, "__init__", explained)
    yield
    assert not unknown, f"of {pages}: {unknown}"
