"""Which lines of our own source search and score."""

from seq2seq.stories.sources import Passage

BEAM, SCORING = "decoding/beam.py", "traces/scoring.py"
EXPAND = Passage(BEAM, "Tree.grow", ("totals = ", "rows, tokens = "))
CHOOSE = Passage(
    BEAM, "Tree.grow", ("order = np.argsort", "status[np.flatnonzero(ended", "status[np.flatnonzero(~ended)")
)
CUT_OFF = Passage(BEAM, "Tree.grow", ("order = np.argsort", "status[: asked.width] = FINISHED"))
BEGIN = Passage(BEAM, "beam_search", ("tokens, state = writer.begin()", "for number in range"))
GIVEN = Passage("decoding/allowed.py", "Allowed.log_probs", ("kept = np.full_like", "kept[:, self.prefix[number]]"))
ALLOW = Passage("decoding/allowed.py", "Allowed.log_probs", ("kept[:, self.barred]", "kept[:, self.end]"))
STOPS = {
    "closed": Passage(BEAM, "Tree.may_stop", ("if not len(open_ones)",)),
    "full": Passage(BEAM, "Tree.may_stop", ("if asked.stop == FULL",)),
    "guess": Passage(BEAM, "Tree.may_stop", ("most = ", "return most(")),
    "bound": Passage(BEAM, "Tree.may_stop", ("most = ", "return most(")),
}
SCORE = Passage(SCORING, "LengthPenalty.score", ("return",))
DIVISOR = Passage(SCORING, "LengthPenalty.divisor", ("return",))
BOUND_OF = Passage(SCORING, "LengthPenalty.bound", ("return",))
RANK = Passage("traces/search.py", "SearchTrace.finished", ("nodes = ", "return"))
GREEDY = Passage("decoding/greedy.py", "Greedy.write", ("token = int(np.argmax(row))",))
LOOK = Passage("decoding/writer.py", "ModelWriter.ahead", ("weights = ",))
PREDICT = Passage("decoding/writer.py", "ModelWriter.ahead", ("after, step = ", "return"))
