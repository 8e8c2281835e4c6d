"""When the server does not answer: what is on the page stays usable, and a line says so."""

import streamlit as st

from seq2seq.words import Words

# Streamlit then opens a dialog over the page, which makes everything else inert, the player too. It is closed at once;
# a line of ours stands at the foot of the page until the server answers again.
_watcher = st.components.v2.component(
    "seq2seq.connection",
    html="<span hidden></span>",
    js="""
    const TITLE = "Connection error"; // as Streamlit calls its dialog, in every language

    function tell() {
      if (document.querySelector(".studio-gone")) return;
      const line = document.createElement("div");
      line.className = "studio-gone";
      line.role = "status";
      line.textContent = document.body.dataset.gone;
      document.body.append(line);
      const look = setInterval(() => {
        const app = document.querySelector('[data-testid="stApp"]');
        if (app?.dataset.testConnectionState !== "CONNECTED") return;
        clearInterval(look);
        line.remove();
      }, 500);
    }

    function close() {
      for (const dialog of document.querySelectorAll('[role="dialog"]')) {
        if (dialog.querySelector("h2")?.textContent !== TITLE) continue;
        dialog.querySelector("button")?.click();
        tell();
      }
    }

    export default function ({ data }) {
      document.body.dataset.gone = data.sentence;
      if (document.body.dataset.watched) return;
      document.body.dataset.watched = "yes";
      new MutationObserver(() => requestAnimationFrame(close)).observe(document.body, { childList: true });
    }
    """,
)


def stay_usable(words: Words) -> None:
    """Keep what was sent usable while the server does not answer."""
    _watcher(key="connection", data={"sentence": words.say("app.server_gone")})
