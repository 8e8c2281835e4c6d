"""One explainer for several traces: an address begins with the name of its trace."""

from collections.abc import Mapping

from seq2seq.stories.explain.equation import Explainer, Explanation, Unknown


class SeveralExplainer:
    """Explains the numbers of traces side by side."""

    def __init__(self, explainers: Mapping[str, Explainer]) -> None:
        self.explainers = explainers

    def explain(self, address: str) -> Explanation:
        """How the number at this address came about.

        Raises: Unknown if there is no such number.
        """
        name, _, rest = address.partition(" ")
        if name not in self.explainers:
            raise Unknown(address)
        return self.explainers[name].explain(rest).under(name)
