// Charts: throughput over time with uPlot, and bars made of elements.
import uPlot from "../vendor/uplot/uPlot.esm.js";
import { h, replace } from "./dom.js";
import * as format from "./format.js";

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// buckets turns points of single seconds into even steps, so that seconds
// without traffic count as zero; values are bits per second. One point is
// drawn per pixel at most.
export function buckets(points, first, last, width) {
  const span = Math.max(1, last - first + 1);
  const step = Math.max(1, Math.ceil(span / Math.max(60, width)));
  const n = Math.ceil(span / step);
  const t = Array.from({ length: n }, (_, i) => first + i * step);
  const input = new Array(n).fill(0), output = new Array(n).fill(0);
  for (const p of points) {
    const i = Math.floor((p.t - first) / step);
    if (i < 0 || i >= n) continue;
    input[i] += (p.in_bytes * 8) / step;
    output[i] += (p.out_bytes * 8) / step;
  }
  return [t, input, output];
}

// Throughput draws traffic in and out over time in bits per second. Without
// traffic out, as in a capture file, one line is shown.
export class Throughput {
  constructor(parent) {
    this.box = h("div", { class: "chart", role: "img" });
    this.legend = h("p", { class: "legend" });
    parent.append(this.box, this.legend);
    this.data = null;
    new ResizeObserver(() => this.draw()).observe(this.box);
    document.addEventListener("themechange", () => { this.plot?.destroy(); this.plot = null; this.draw(); });
  }

  // update takes the answer of interface/history; last is the end of the axis.
  update(history, last) {
    this.history = history;
    this.last = last;
    this.draw();
  }

  draw() {
    if (!this.history || !this.box.clientWidth) return;
    const { points, first } = this.history;
    if (points.length === 0) {
      this.plot?.destroy();
      this.plot = null;
      replace(this.box, h("p", { class: "empty" }, "No traffic yet"));
      return;
    }
    const data = buckets(points, first, Math.max(this.last, first + 1), this.box.clientWidth - 80);
    this.both = data[2].some((v) => v > 0);
    const size = { width: this.box.clientWidth, height: 240 };
    if (!this.plot || this.plotBoth !== this.both) {
      this.plot?.destroy();
      replace(this.box);
      this.plotBoth = this.both;
      this.plot = new uPlot({ ...size, ...this.options() }, this.both ? data : data.slice(0, 2), this.box);
    } else {
      if (this.plot.width !== size.width) this.plot.setSize(size);
      this.plot.setData(this.both ? data : data.slice(0, 2));
    }
    const peak = Math.max(...data[1].map((v, i) => v + data[2][i]));
    this.box.setAttribute("aria-label", `Throughput from ${format.dateTime(first)} to ${format.dateTime(this.last)}, at most ${format.bits(peak)}`);
    this.showLegend(null);
  }

  showLegend(i) {
    if (!this.plot) return;
    const value = (s) => (i === null || i === undefined ? "" : " " + format.bits(this.plot.data[s][i]));
    const item = (s, name, cls) => h("span", {}, h("i", { class: "dot " + cls }), name, h("b", {}, value(s)));
    replace(this.legend, item(1, this.both ? "In" : "Traffic", "in"), this.both && item(2, "Out", "out"),
      h("span", { class: "muted" }, i === null || i === undefined ? "" : format.dateTime(this.plot.data[0][i])));
  }

  options() {
    const axis = { stroke: color("--muted"), grid: { stroke: color("--line"), width: 1 }, ticks: { stroke: color("--line"), width: 1 },
      font: "12px system-ui, sans-serif" };
    const line = (name) => ({ stroke: color(name), fill: color(name) + "33", width: 1.5, points: { show: false } });
    return {
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false } },
      scales: { y: { range: (u, min, max) => [0, max > 0 ? max * 1.1 : 1] } },
      axes: [{ ...axis, values: (u, ts) => ts.map((t) => format.time(t)), space: 90,
        // Traffic is known by the second: no ticks between.
        incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600] },
        { ...axis, values: (u, vs) => vs.map((v) => format.bits(v)), size: 84 }],
      series: [{}, line("--in"), ...(this.both ? [line("--out")] : [])],
      hooks: { setCursor: [(u) => this.showLegend(u.cursor.idx)] },
    };
  }
}

// bars is a list of horizontal bars: rows of {label, value, href, note}, all
// values on one scale.
export function bars(rows, show, empty = "No traffic yet") {
  if (rows.length === 0) return h("p", { class: "empty" }, empty);
  const most = Math.max(...rows.map((r) => r.value), 1);
  const whole = rows.reduce((sum, r) => sum + r.value, 0);
  return h("ul", { class: "bars" }, rows.map((r) => h("li", {},
    h("span", { class: "label", title: r.label }, r.href ? h("a", { href: r.href }, r.label) : r.label, r.note && h("small", {}, r.note)),
    h("span", { class: "track" }, h("span", { class: "bar", style: { width: `${Math.max(0.5, (r.value * 100) / most)}%` } })),
    h("span", { class: "value" }, show(r.value), h("small", {}, format.percent(r.value, r.whole || whole))))));
}

// share is one bar split in parts: {label, value}. Parts are told apart by
// colour and named, with figures, below.
export function share(parts, show) {
  const shown = parts.filter((p) => p.value > 0);
  const whole = shown.reduce((sum, p) => sum + p.value, 0);
  if (whole === 0) return h("p", { class: "empty" }, "No traffic yet");
  return h("div", { class: "share" },
    h("div", { class: "split", "aria-hidden": "true" }, shown.map((p, i) => h("span", { class: `part c${i % 8}`, style: { width: `${(p.value * 100) / whole}%` } }))),
    h("ul", {}, shown.map((p, i) => h("li", {}, h("i", { class: `dot c${i % 8}` }),
      p.href ? h("a", { href: p.href }, p.label) : p.label, h("b", {}, show(p.value)), h("small", {}, format.percent(p.value, whole))))));
}
