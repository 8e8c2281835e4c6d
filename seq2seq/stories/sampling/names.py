"""Which lines of our own source draw, cut and count."""

from seq2seq.stories.sources import Passage
from seq2seq.stories.tokens import quoted
from seq2seq.traces.sampling import STAGES, Cut, SampleTrace
from seq2seq.words import Words

FILE = "decoding/sampling.py"
AHEAD = Passage("decoding/writer.py", "ModelWriter.ahead", ("after, step = ", "return Ahead"))
TABLE = Passage("decoding/writer.py", "TableWriter.ahead", ("log_probs = np.log",))
SOFTMAX = Passage(FILE, "normalised", ("probs = np.exp", "probs / probs.sum"))
CUTS = {
    "model": Passage(FILE, "cut_down", ('stages = {"model"',)),
    "temperature": Passage(FILE, "cut_down", ("log_probs / cut.temperature",)),
    "top_k": Passage(FILE, "cut_down", ("few = np.where", 'stages["top_k"] = few')),
    "top_p": Passage(FILE, "cut_down", ("before = ", "stays = ", "core = ", 'stages["top_p"] = core')),
}
COLD = Passage(FILE, "cut_down", ("if cut.temperature == 0", "hot = np.zeros_like", "np.put_along_axis"))
DRAW = Passage(FILE, "pick", ("order = ", "reach = ", "reach /= ", "place = ", "found: "))
SAMPLE = Passage(FILE, "sample", ("ahead = ", "stages = ", "draws = ", "chosen = pick"))
TOTAL = Passage("traces/sampling.py", "SampleTrace.log_prob_after", ("probs = ", "return"))
EXACT = Passage(FILE, "distribution", ("negative, _, tokens", "probs = cut_down", "heapq.heappush(open_, (negative *"))
COUNT = Passage("traces/counting.py", "count", ("seen[key] = ",))
ENTROPY = Passage("traces/sampling.py", "entropy", ("seen = ", "return"))
CHI = Passage("traces/counting.py", "Counted.chi_square", ("return",))
CELL = Passage("traces/counting.py", "Cell.part", ("return",))
CHANCE = Passage("traces/counting.py", "chi_square_tail", ("first = ", "powers = ", "return min"))
JUDGE = Passage("studies/sampled.py", "_heat", ("known = ", "sum(count for"))
HEATS = Passage("studies/sampled.py", "record_diversity", ("heats = ", "cuts = ", "found = "))


def is_off(stage: str, cut: Cut) -> bool:
    """Whether a cut leaves every distribution as it is."""
    return {"model": False, "temperature": cut.temperature == 1, "top_k": not cut.top_k, "top_p": cut.top_p == 1}[stage]


def stages_on(cut: Cut) -> list[str]:
    """The stages that are told: what changes nothing is left out."""
    return [stage for stage in STAGES if not is_off(stage, cut)]


def stage_name(stage: str, cut: Cut, words: Words) -> str:
    """A stage with its setting."""
    key = f"sampling.stage.{stage}.off" if is_off(stage, cut) else f"sampling.stage.{stage}"
    return words.say(key, T=f"{cut.temperature:g}", k=cut.top_k, p=f"{cut.top_p:g}")


def written(trace: SampleTrace, before: int) -> str:
    """What the first output holds before a step, in quotation marks that a sentence can take; nothing: "…"."""
    return "".join(quoted(trace.vocabulary[n]) for n in trace.chosen[:before].tolist())
