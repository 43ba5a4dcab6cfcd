// A table that sorts, filters and pages on the server, with its whole state in
// the address of the page so that it can be shared and the back button works.
import { getAll } from "./api.js";
import { cellClass, failure, h, replace } from "./dom.js";
import * as format from "./format.js";

const LENGTHS = [10, 25, 50, 100];

// Table({path, columns, filters, sort, order, fixed, length}):
// columns are {name (sort name, optional), title, cell(row), number, optional: left
// out when no row has it}; filters
// are {name, label, type: "select" | "text" | "number", options: [{value,
// label, group}]}; fixed are parameters that the user cannot change.
export class Table {
  constructor(parent, o) {
    this.o = { filters: [], fixed: {}, order: "desc", length: 25, ...o };
    this.status = h("p", { class: "muted", role: "status" });
    this.body = h("tbody");
    this.head = h("tr");
    this.pager = h("nav", { class: "pager", "aria-label": "Pages" });
    this.form = h("form", { class: "filters", "aria-label": "Filter", onsubmit: (e) => { e.preventDefault(); this.apply(); } });
    this.controls = new Map();
    this.read();
    this.buildFilters();
    this.scroll = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": o.caption },
      h("table", { class: "rows stack" }, h("caption", { class: "sr" }, o.caption), h("thead", {}, this.head), this.body));
    parent.append(this.form, this.status, this.scroll, this.pager);
    addEventListener("popstate", () => { this.read(); this.showFilters(); this.load(); });
  }

  read() {
    const q = new URLSearchParams(location.search);
    this.sort = q.get("sort") || this.o.sort;
    this.order = q.get("order") === "asc" ? "asc" : q.get("order") === "desc" ? "desc" : this.o.order;
    const length = Number(q.get("length"));
    this.length = LENGTHS.includes(length) ? length : this.o.length;
    this.start = Math.max(0, Math.floor(Number(q.get("start"))) || 0);
    this.filter = {};
    for (const f of this.o.filters) if (q.get(f.name)) this.filter[f.name] = q.get(f.name);
  }

  // write keeps parameters of the address that are not the table's.
  write() {
    const q = new URLSearchParams(location.search);
    for (const f of this.o.filters) q.delete(f.name);
    for (const k of ["sort", "order", "start", "length"]) q.delete(k);
    for (const [k, v] of Object.entries(this.filter)) q.set(k, v);
    if (this.sort !== this.o.sort || this.order !== this.o.order) { q.set("sort", this.sort); q.set("order", this.order); }
    if (this.start) q.set("start", this.start);
    if (this.length !== this.o.length) q.set("length", this.length);
    const text = q.toString();
    history.pushState(null, "", location.pathname + (text ? "?" + text : ""));
  }

  buildFilters() {
    for (const f of this.o.filters) {
      const id = `filter-${f.name}`;
      const control = f.type === "select"
        ? h("select", { id, onchange: () => this.apply() }, this.selectOptions(f))
        : h("input", { id, type: f.type === "number" ? "number" : "search", min: f.min, max: f.max, placeholder: f.placeholder,
          autocomplete: "off", onchange: () => this.apply(), onsearch: () => this.apply() });
      this.controls.set(f.name, control);
      this.form.append(h("div", { class: "field" }, h("label", { for: id }, f.label), control));
    }
    if (this.o.filters.length) {
      this.form.append(h("button", { class: "button", type: "submit" }, "Filter"),
        h("button", { class: "button plain", type: "button", onclick: () => { this.filter = {}; this.showFilters(); this.start = 0; this.write(); this.load(); } }, "Clear"));
    }
    this.buildSort();
    this.showFilters();
  }

  // buildSort is for narrow screens, which show no headings to click.
  buildSort() {
    const choices = this.o.columns.filter((c) => c.name).flatMap((c) => ["desc", "asc"].map((order) => ({ c, order })));
    this.sorting = h("select", { id: "sorting", onchange: () => {
      const { c, order } = choices[this.sorting.selectedIndex];
      this.sort = c.name;
      this.order = order;
      this.start = 0;
      this.write();
      this.load();
    } }, choices.map(({ c, order }) => h("option", { value: `${c.name} ${order}` }, `${c.title} ${order === "asc" ? "▲" : "▼"}`)));
    this.form.append(h("div", { class: "field narrow" }, h("label", { for: "sorting" }, "Sorted by"), this.sorting));
  }

  selectOptions(f) {
    const groups = new Map();
    const out = [];
    for (const o of f.options) {
      const e = h("option", { value: o.value }, o.label);
      if (!o.group) { out.push(e); continue; }
      if (!groups.has(o.group)) { groups.set(o.group, h("optgroup", { label: o.group })); out.push(groups.get(o.group)); }
      groups.get(o.group).append(e);
    }
    return out;
  }

  showFilters() {
    for (const [name, control] of this.controls) {
      const value = this.filter[name] || "";
      // A shared address may name a value that does not occur now.
      if (control.tagName === "SELECT" && value && ![...control.options].some((o) => o.value === value)) control.append(h("option", { value }, value));
      control.value = value;
    }
  }

  apply() {
    const next = {};
    for (const [name, control] of this.controls) if (control.value.trim() !== "") next[name] = control.value.trim();
    if (JSON.stringify(next) === JSON.stringify(this.filter)) return;
    this.filter = next;
    this.start = 0;
    this.write();
    this.load();
  }

  // load asks for the page of rows; an answer that was overtaken is dropped.
  async load({ quiet = false } = {}) {
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    if (!quiet) this.scroll.setAttribute("aria-busy", "true");
    try {
      const a = await getAll(this.o.path, { ...this.filter, ...this.o.fixed, sort: this.sort, order: this.order, start: this.start, length: this.length }, asking.signal);
      const total = a.recordsTotal ?? a.rsp.length;
      if (this.start > 0 && this.start >= total) { this.start = 0; return this.load({ quiet }); }
      this.show(a.rsp, total);
    } catch (e) {
      if (e.name === "AbortError") return;
      replace(this.body, h("tr", {}, h("td", { colspan: this.o.columns.length }, failure(e))));
      this.status.textContent = "";
    }
    if (this.asking === asking) { this.scroll.removeAttribute("aria-busy"); this.asking = null; }
  }

  show(rows, total) {
    const columns = this.o.columns.filter((c) => !c.optional || rows.some((r) => c.cell(r)));
    replace(this.head, columns.map((c) => this.heading(c)));
    this.sorting.value = `${this.sort} ${this.order}`;
    const filtered = Object.keys(this.filter).length > 0;
    if (rows.length === 0) {
      replace(this.body, h("tr", {}, h("td", { colspan: columns.length, class: "empty" }, filtered ? "Nothing matches the filter" : this.o.empty || "Nothing to show")));
    } else {
      replace(this.body, rows.map((r) => h("tr", {}, columns.map((c) => h("td", { class: cellClass(c), "data-label": c.title }, c.cell(r))))));
    }
    this.status.textContent = total === 0 ? `No ${this.o.what}` : `${format.number(this.start + 1)}–${format.number(this.start + rows.length)} of ${format.number(total)} ${this.o.what}${filtered ? " (filtered)" : ""}`;
    this.showPager(total);
    this.o.onshow?.(rows, total);
  }

  heading(c) {
    const cls = cellClass(c);
    if (!c.name) return h("th", { scope: "col", class: cls }, c.title);
    const on = this.sort === c.name;
    return h("th", { scope: "col", class: cls, "aria-sort": on ? (this.order === "asc" ? "ascending" : "descending") : null },
      h("button", { type: "button", class: "sort", dataset: { sort: c.name }, onclick: () => this.sortBy(c) }, c.title,
        h("span", { "aria-hidden": "true", class: "arrow" }, on ? (this.order === "asc" ? "▲" : "▼") : "")));
  }

  async sortBy(c) {
    // Numbers are wanted largest first, texts from A.
    if (this.sort === c.name) this.order = this.order === "asc" ? "desc" : "asc";
    else { this.sort = c.name; this.order = c.number ? "desc" : "asc"; }
    this.start = 0;
    this.write();
    await this.load();
    this.head.querySelector(`[data-sort="${CSS.escape(c.name)}"]`)?.focus();
  }

  showPager(total) {
    const go = (start) => () => { this.start = start; this.write(); this.load(); };
    const last = Math.max(0, Math.floor((total - 1) / this.length) * this.length);
    const button = (text, label, start, off) => h("button", { type: "button", class: "button", "aria-label": label, disabled: off, onclick: go(start) }, text);
    replace(this.pager,
      button("«", "First page", 0, this.start === 0),
      button("‹", "Previous page", Math.max(0, this.start - this.length), this.start === 0),
      h("span", {}, `Page ${Math.floor(this.start / this.length) + 1} of ${Math.floor(last / this.length) + 1}`),
      button("›", "Next page", this.start + this.length, this.start >= last),
      button("»", "Last page", last, this.start >= last),
      h("label", {}, "Rows ", h("select", { onchange: (e) => { this.length = Number(e.target.value); this.start = 0; this.write(); this.load(); } },
        LENGTHS.map((n) => h("option", { value: n, selected: n === this.length }, n)))));
  }
}
