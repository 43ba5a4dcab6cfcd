// Building of elements. Text always becomes a text node, so that nothing that
// comes from traffic is ever read as HTML.

// h makes an element: attributes (class, on…: listener, style: object of
// properties, dataset: object) and children (nodes, text, arrays, null).
export function h(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) e.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [k, v] of Object.entries(value)) e.style.setProperty(k, v);
    else if (name === "dataset") Object.assign(e.dataset, value);
    else e.setAttribute(name, value === true ? "" : String(value));
  }
  append(e, children);
  return e;
}

function append(parent, children) {
  for (const c of children) {
    if (Array.isArray(c)) append(parent, c);
    else if (c !== null && c !== undefined && c !== false) parent.append(c instanceof Node ? c : String(c));
  }
}

// replace puts new children in place of the old ones.
export function replace(parent, ...children) {
  const f = document.createDocumentFragment();
  append(f, children);
  parent.replaceChildren(f);
}

// clip shows two lines of a text that may be long, such as a URL, and all of it
// as a tip.
export const clip = (text) => (text ? h("span", { class: "clip", title: text }, text) : "");

// card is a titled part of a page; link is an optional {href, text}, width is
// "wide" for the whole page or "broad" for two columns of it.
export function card(title, content, { link, width, id } = {}) {
  return h("section", { class: width ? `panel ${width}` : "panel", id },
    h("header", {}, h("h2", {}, title), link && h("a", { href: link.href }, link.text)), content);
}

// facts is a list of names and values; pairs without a value are left out.
export function facts(pairs) {
  const shown = pairs.filter(([, v]) => v !== null && v !== undefined && v !== "" && v !== false);
  return h("dl", { class: "facts" }, shown.map(([k, v]) => [h("dt", {}, k), h("dd", {}, v)]));
}

// cellClass is the class of a column's cells: figures stand right, long texts
// may be broken anywhere.
export const cellClass = (c) => (c.number ? "number" : c.wrap ? "wrap" : null);

// plainTable is a small table without paging: columns of {title, number, wrap},
// rows of cells. On narrow screens the cells of a row stand below each other when
// there are many.
export function plainTable(columns, rows, empty = "Nothing to show") {
  if (rows.length === 0) return h("p", { class: "empty" }, empty);
  return h("div", { class: "scroll" }, h("table", { class: columns.length > 4 ? "stack" : null },
    h("thead", {}, h("tr", {}, columns.map((c) => h("th", { scope: "col", class: cellClass(c) }, c.title)))),
    h("tbody", {}, rows.map((r) => h("tr", {}, r.map((cell, i) => h("td", { class: cellClass(columns[i]), "data-label": columns[i].title }, cell)))))));
}

// failure shows that something could not be loaded.
export function failure(error) {
  return h("p", { class: "error", role: "alert" }, error.message || String(error));
}
