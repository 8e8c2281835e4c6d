"""What is measured of a trace once: where every state falls, how far states lie apart, how labels divide them."""

from functools import cached_property

import numpy as np

from seq2seq.stories.states.geometry import (
    Projection,
    Silhouette,
    distances,
    nearest,
    principal_components,
    silhouette,
)
from seq2seq.traces import StatesTrace

GROUPS = {"dates": ("language", "month", "century", "order", "both", "date")}  # labels whose silhouettes are told
LETTER_GROUPS = ("first", "last", "length")
AT_A_PLACE = ("position", "token")  # what else there is to tell where states of every position are shown


class Measured:
    """The geometry of a trace; `cloud` counts the trace's clouds."""

    def __init__(self, trace: StatesTrace) -> None:
        self.trace = trace
        self._silhouettes: dict[tuple[int, str], Silhouette | None] = {}

    @property
    def groups(self) -> tuple[str, ...]:
        """The labels whose silhouettes are told."""
        found = GROUPS.get(self.trace.task, LETTER_GROUPS)
        return (*found, *AT_A_PLACE) if self.trace.which == "every" else found

    @cached_property
    def projections(self) -> tuple[Projection, ...]:
        return tuple(principal_components(cloud.states) for cloud in self.trace.clouds)

    @cached_property
    def places(self) -> np.ndarray:
        """(clouds, N, 3) coordinates of the points."""
        pairs = zip(self.projections, self.trace.clouds, strict=True)
        return np.stack([projection.project(cloud.states) for projection, cloud in pairs])

    @cached_property
    def between(self) -> tuple[np.ndarray, ...]:
        """For each cloud the distances (N, N), in all dimensions."""
        return tuple(distances(cloud.states) for cloud in self.trace.clouds)

    @cached_property
    def nearest(self) -> tuple[np.ndarray, ...]:
        """For each cloud the nearest points (N, 8) of every point."""
        return tuple(nearest(between) for between in self.between)

    def silhouette(self, cloud: int, label: str) -> Silhouette | None:
        """How well a label divides a cloud; None where all have the same."""
        if (cloud, label) not in self._silhouettes:
            self._silhouettes[cloud, label] = silhouette(self.between[cloud], self.trace.label(label))
        return self._silhouettes[cloud, label]

    def score(self, cloud: int, label: str) -> float | None:
        """The mean silhouette."""
        found = self.silhouette(cloud, label)
        return None if found is None else found.mean

    def same(self, cloud: int, label: str) -> float:
        """Share of the points whose nearest point has the same label."""
        labels = self.trace.label(label)
        return float((labels[self.nearest[cloud][:, 0]] == labels).mean())

    def read(self, i: int) -> str:
        """What was read at a point: its sentence, or the beginning of it."""
        place = self.trace.points[i]
        text = self.trace.sentences[place.sentence]
        return text[: place.position] + "…" if self.trace.which == "every" and place.position < len(text) else text

    # ---- the chosen sentences

    @property
    def writing(self) -> int:
        """The cloud that the decoder's ways are drawn in: the last."""
        return len(self.trace.clouds) - 1

    @cached_property
    def ways(self) -> tuple[np.ndarray, ...]:
        """For each chosen sentence (S + 1, 3): where the encoder goes, in the cloud of the trained model."""
        projection = self.projections[self.trace.trained]
        return tuple(projection.project(path.encoder) for path in self.trace.paths)

    @cached_property
    def written(self) -> tuple[np.ndarray, ...]:
        """For each chosen sentence (T + 1, 3): where the decoder goes, in the last cloud."""
        projection = self.projections[self.writing]
        return tuple(projection.project(path.decoder) for path in self.trace.paths)

    def jumps(self, path: int) -> np.ndarray:
        """(S,) how far each token moves the encoder's state, as it is drawn: in the first two components."""
        return np.linalg.norm(np.diff(self.ways[path][:, :2], axis=0), axis=1)

    @cached_property
    def example(self) -> int:
        """The point whose nearest are shown: they agree in the last cloud, and lie far apart in the picture of it."""
        label = self.trace.label("month" if self.trace.task == "dates" else "last")
        near = self.nearest[self.writing]
        agree = (label[near] == label[:, None]).sum(1)
        places = self.places[self.writing][:, :2]
        spread = np.linalg.norm(places[near] - places[:, None], axis=2).mean(1)
        read = self.trace.label("language") == "en" if self.trace.task == "dates" else np.ones(len(agree), bool)
        return int(np.lexsort((-spread, -agree, ~read))[0])  # of dates an English one, for all to read
