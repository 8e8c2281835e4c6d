// What can be taken along: a picture as SVG or PNG, the data behind it as CSV, a link to what is on the screen.

// What a spreadsheet would take for a formula: a sign that begins one, also in full width, also after what it skips.
const FORMULA = /^[\s\u0000-\u0020\u00a0\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;
const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function cell(value) {
  if (typeof value === "number") return String(value);
  let text = value == null ? "" : Array.isArray(value) ? value.join(" ") : String(value);
  if (FORMULA.test(text) && !NUMBER.test(text)) text = `'${text}`;
  return /[",;\t\r\n]|^\s|\s$|^'/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows as CSV, one column a field; a spreadsheet takes no cell for a formula, since tokens are whatever was typed. */
export function csv(rows) {
  const fields = [...new Set(rows.flatMap(Object.keys))];
  const line = (values) => values.map(cell).join(",");
  return [line(fields), ...rows.map((row) => line(fields.map((field) => row[field])))].join("\r\n");
}

function download(name, address) {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}

/** Save a drawn picture: kind "svg", "png" or "csv". */
export async function save(kind, view, vega, paper) {
  const name = `seq2seq-${view.id}.${kind}`;
  if (kind === "csv") {
    const address = URL.createObjectURL(new Blob(["\ufeff", csv(view.data[view.table])], { type: "text/csv" }));
    download(name, address);
    return setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }
  const before = vega.background();
  await vega.background(paper).runAsync(); // a picture taken along brings its paper
  const address = await vega.toImageURL(kind, kind === "png" ? 2 : 1);
  await vega.background(before).runAsync();
  download(name, address);
}

/** Copy the address of what is on the screen, the step included. */
export async function copyLink(step) {
  const url = new URL(location.href);
  url.searchParams.set("step", step);
  try {
    await navigator.clipboard.writeText(url.href);
  } catch {
    const text = document.createElement("textarea"); // without a secure connection there is no clipboard to ask
    text.value = url.href;
    document.body.append(text);
    text.select();
    document.execCommand("copy");
    text.remove();
  }
  return url.href;
}
