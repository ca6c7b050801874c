#!/usr/bin/env python3
"""For tests: a policy of the Python kit whose answers are as long as the protocol allows.

It leaves a line in WORDY_FOLDER/begun when it begins one, and does not end it as long as there is WORDY_FOLDER/slow.
"""
import os
import pathlib
import time

from bigbrother_plugin import Recommendation, Snapshot, hold, policy

folder = pathlib.Path(os.environ["WORDY_FOLDER"])


@policy
def wordy(snapshot: Snapshot) -> list[Recommendation]:
    with open(folder / "begun", "a") as file:
        file.write("one\n")
    while (folder / "slow").exists():
        time.sleep(0.02)
    return [hold("NVDA", reason="w" * 400) for _ in range(1_500)]


if __name__ == "__main__":
    wordy.run()
