// In a notebook the player stands in a frame of its own: it takes the notebook's theme, and the frame its height.

/** Dress as the notebook around the frame, and keep the frame as high as what is in it. */
export function fitIn() {
  const root = document.documentElement;
  root.dataset.theme = around((outside) => isDark(outside)) ? "dark" : "light";
  const frame = around(() => window.frameElement);
  if (frame) new ResizeObserver(() => (frame.style.height = `${document.body.scrollHeight}px`)).observe(document.body);
}

/** What may be asked of the document around the frame; null where it is another site's, as in some notebooks. */
function around(ask) {
  try {
    return window.parent === window ? null : ask(window.parent.document);
  } catch {
    return null;
  }
}

/** Whether a notebook is dark: JupyterLab and Notebook, VS Code and Colab each say it in their own way. */
function isDark(outside) {
  const { body, documentElement: root } = outside;
  return body.dataset.jpThemeLight === "false" || /dark|high-contrast$/.test(body.dataset.vscodeThemeKind ?? "")
    || root.getAttribute("theme") === "dark";
}
