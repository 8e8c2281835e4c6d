// Colours and type of every picture, light and dark. One colour per concept (Okabe–Ito): encoder blue,
// decoder vermilion, attention purple, right green, wrong orange-red.

const LIGHT = {
  ink: "#1d2733", muted: "#566373", faint: "#c3ccd6", paper: "#ffffff", panel: "#ffffff",
  encoder: "#0072B2", decoder: "#C2500A", attention: "#7B3FA0", correct: "#007a59", wrong: "#C8320F",
  negative: "#9a5b13", neutral: "#f1f1ef", positive: "#017c74",
};

const DARK = {
  ink: "#e8edf3", muted: "#a4b1c0", faint: "#4a5766", paper: "#11161d", panel: "#161d26",
  encoder: "#56B4E9", decoder: "#F0884A", attention: "#C79BE8", correct: "#35c79b", wrong: "#ff7a52",
  negative: "#e0a25a", neutral: "#232c37", positive: "#3fc9bd",
};

export const palette = (dark) => (dark ? DARK : LIGHT);

/** The Vega and Vega-Lite configuration of every picture: few lines, type that reads from the back of a room. */
export function config(dark, font, large) {
  const c = palette(dark), size = large ? 16 : 13;
  const axis = {
    labelColor: c.muted, titleColor: c.muted, labelFontSize: size, titleFontSize: size, titleFontWeight: 500,
    domainColor: c.faint, tickColor: c.faint, gridColor: c.faint, gridOpacity: 0.45, titlePadding: 8, labelFont: font,
    titleFont: font,
  };
  return {
    aria: false, // a picture has one text alternative of its own, for each step
    background: "transparent", font, axis, view: { stroke: null }, text: { font },
    legend: { labelColor: c.muted, titleColor: c.muted, labelFontSize: size - 1, titleFontSize: size - 1,
      titleFontWeight: 500, labelFont: font, titleFont: font },
    style: { cell: { stroke: "transparent" }, "guide-label": { font }, "guide-title": { font } },
  };
}

/** Whether the colours around an element are dark. */
export function isDark(element) {
  const found = getComputedStyle(element).getPropertyValue("--st-background-color").trim();
  const value = found || (matchMedia("(prefers-color-scheme: dark)").matches ? "#000" : "#fff");
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = value;
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(probe.fillStyle.slice(i, i + 2), 16));
  return 0.299 * r + 0.587 * g + 0.114 * b < 128;
}
