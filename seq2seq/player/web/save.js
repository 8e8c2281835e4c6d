// What can be taken along: a picture as SVG or PNG, the data behind it as CSV, a link to what is on the screen.

const quote = (value) => {
  const text = value == null ? "" : Array.isArray(value) ? value.join(" ") : String(value);
  return /[",\n;]/.test(text) || /^[=+@\t\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Rows as CSV, one column a field; a spreadsheet takes no cell for a formula, since tokens are whatever was typed. */
export function csv(rows) {
  const fields = [...new Set(rows.flatMap(Object.keys))];
  const safe = (value) => (typeof value === "string" && /^[=+@\t\r]/.test(value) ? `'${value}` : value);
  return [fields.join(","), ...rows.map((row) => fields.map((field) => quote(safe(row[field]))).join(","))].join("\r\n");
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
