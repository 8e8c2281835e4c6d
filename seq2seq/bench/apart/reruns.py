"""How long the server needs to run the Train page again after a change: python -m seq2seq.bench.apart.reruns N.

Streamlit's own AppTest runs app.py and the page in this process, without a browser; the time is that of one `run()`.
Prints the milliseconds of each of N changes as JSON.
"""

import json
import sys
import time

from streamlit.testing.v1 import AppTest

from seq2seq.folders import APP

WARM = 3  # changes before those that count


def rerun_times(changes: int) -> list[float]:
    """Milliseconds of each of so many switches of "both ways"."""
    app = AppTest.from_file(str(APP), default_timeout=60).run().switch_page("pages/train_page.py").run()
    times = []
    for _ in range(WARM + changes):
        toggle = app.toggle(key="bidirectional.en")
        began = time.perf_counter()
        toggle.set_value(not toggle.value).run()
        times.append(1000 * (time.perf_counter() - began))
        if app.exception:
            raise SystemExit(str(app.exception))
    return times[WARM:]


if __name__ == "__main__":
    print(json.dumps(rerun_times(int(sys.argv[1]))))
