"""Which Chromium the browser tests drive: python -m tests.browser.find says so, and fetches one if there is none."""

import subprocess
import sys

from seq2seq.bench.browser import chromium

if __name__ == "__main__":
    if chromium() is None:
        print("No Chromium on this machine; asking Playwright for one.", flush=True)
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    print(f"Browser tests use {chromium() or 'nothing: they are left out'}.")
