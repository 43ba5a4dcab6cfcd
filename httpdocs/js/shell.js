// What every page does: menu, interface choice, search box. A page module
// calls start with the function that draws it.
import { context, get } from "./api.js";
import { failure, h, replace } from "./dom.js";

function menu() {
  const button = document.querySelector(".menu");
  const nav = document.getElementById("nav");
  button.addEventListener("click", () => {
    const open = nav.classList.toggle("open");
    button.setAttribute("aria-expanded", String(open));
  });
  document.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && nav.classList.contains("open")) { button.click(); button.focus(); }
  });
}

function interfaces() {
  const form = document.querySelector("[data-switch]");
  const select = form.querySelector("select");
  select.addEventListener("change", () => {
    // Details of a host or flow mean nothing on another interface.
    const list = { flow: "/lua/flows_stats.lua", host: "/lua/hosts_stats.lua" }[context.page];
    form.action = context.prefix + (list || location.pathname.slice(context.prefix.length)) + "?ifid=" + encodeURIComponent(select.value);
    form.submit();
  });
}

// search offers hosts while one types; arrows move, Enter opens.
function search() {
  const box = document.getElementById("search");
  const list = document.getElementById("found");
  let asked = 0;
  let timer = null;
  const close = () => { list.hidden = true; box.setAttribute("aria-expanded", "false"); box.removeAttribute("aria-activedescendant"); };
  const options = () => [...list.querySelectorAll("a")];
  const mark = (i) => {
    options().forEach((o, n) => o.setAttribute("aria-selected", String(n === i)));
    if (options()[i]) box.setAttribute("aria-activedescendant", options()[i].id);
  };
  async function ask() {
    const n = ++asked;
    const text = box.value.trim();
    if (text.length < 2) return close();
    let found;
    try { found = (await get("host/find", { query: text })).results; } catch { return close(); }
    if (n !== asked) return;
    const marked = options().find((o) => o.getAttribute("aria-selected") === "true")?.getAttribute("href");
    list.dataset.query = text;
    replace(list, found.length === 0 ? h("li", { class: "empty" }, "No host found")
      : found.map((f, i) => h("li", { role: "presentation" }, h("a", { href: f.url, role: "option", id: `found${i}`, "aria-selected": "false" }, f.name))));
    // More letters may come with the answer to fewer: what was marked stays so.
    if (marked) mark(found.findIndex((f) => f.url === marked));
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
  }
  box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 200); });
  box.addEventListener("keydown", (e) => {
    const all = options();
    const at = all.findIndex((o) => o.getAttribute("aria-selected") === "true");
    if (e.key === "Escape") close();
    else if (e.key === "ArrowDown" && all.length) { e.preventDefault(); mark((at + 1) % all.length); }
    else if (e.key === "ArrowUp" && all.length) { e.preventDefault(); mark((at - 1 + all.length) % all.length); }
  });
  // Enter opens the marked host; without one, the table of hosts with the text.
  box.closest("form").addEventListener("submit", (e) => {
    const chosen = options().find((o) => o.getAttribute("aria-selected") === "true");
    if (!chosen || list.hidden) return;
    e.preventDefault();
    location.assign(chosen.href);
  });
  box.closest("form").addEventListener("focusout", (e) => { if (!box.closest("form").contains(e.relatedTarget)) close(); });
}

// start runs draw with the part of the page that is the module's. What it
// throws is shown in its place.
export async function start(draw) {
  menu();
  interfaces();
  search();
  const page = document.getElementById("page");
  try {
    await draw(page, new URLSearchParams(location.search));
  } catch (e) {
    replace(page, failure(e));
  }
  page.dataset.ready = "true";
}

// setTitle names what the page is about.
export function setTitle(text) {
  document.querySelector("h1").textContent = text;
  document.title = `${text} - ntopng`;
}
