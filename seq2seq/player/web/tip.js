// The number under the pointer, as text: never as markup, since tokens are whatever somebody typed.

let tip = null;

export function showTip(handler, event, item, value) {
  if (value == null || value === "") return void (tip && (tip.style.display = "none"));
  if (!tip) {
    tip = document.createElement("div");
    tip.setAttribute("role", "tooltip");
    Object.assign(tip.style, {
      position: "fixed", zIndex: 10000, pointerEvents: "none", padding: "4px 9px", borderRadius: "6px", maxWidth: "320px",
      font: "13px/1.45 system-ui, sans-serif", background: "#1d2733", color: "#fff", whiteSpace: "pre-line",
      boxShadow: "0 2px 8px rgb(0 0 0 / .3)",
    });
    document.body.append(tip);
  }
  tip.textContent =
    typeof value === "object" ? Object.entries(value).map(([name, text]) => `${name}: ${text}`).join("\n") : String(value);
  tip.style.display = "block";
  const { width, height } = tip.getBoundingClientRect();
  tip.style.left = `${Math.min(event.clientX + 14, innerWidth - width - 8)}px`;
  tip.style.top = `${event.clientY + 18 + height > innerHeight ? event.clientY - height - 12 : event.clientY + 18}px`;
}
