"""What a model must not see: padding, the future, padding again; what each mask hides, and what breaks without it."""

from seq2seq.stories.masks.explain import MasksExplainer
from seq2seq.stories.masks.leak import leak_story
from seq2seq.stories.masks.leak_explain import LeakExplainer
from seq2seq.stories.masks.steps import masks_story
from seq2seq.stories.masks.switches import switches_story
from seq2seq.stories.masks.switches_explain import SwitchesExplainer

__all__ = ["LeakExplainer", "MasksExplainer", "SwitchesExplainer", "leak_story", "masks_story", "switches_story"]
