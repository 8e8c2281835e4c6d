"""For how long a worker holds a run, and when it can be said that it is gone."""

import time

LEASE = 10.0  # seconds a worker may be silent before its run counts as abandoned
LEAP = 1.0  # seconds by which the clock may leap before no lease is believed: the machine slept, or its clock was set


class Leases:
    """Whether a lease that ran out says that its worker is gone.

    While a machine sleeps, wall clocks go on and no worker renews anything: awake again, every lease has run out, and
    whoever looks first would take a run from a worker that is alive. A clock that runs while the machine is awake tells
    the difference: where the two part, whoever holds a run gets one more lease to be heard again.
    """

    def __init__(self) -> None:
        self.apart, self.again = time.time() - time.monotonic(), 0.0

    def count(self) -> bool:
        """Whether leases can be believed now."""
        apart, now = time.time() - time.monotonic(), time.monotonic()
        if abs(apart - self.apart) > LEAP:
            self.apart, self.again = apart, now + LEASE
        return now >= self.again
