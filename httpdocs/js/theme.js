// Sets the theme before anything is drawn: the one chosen before, or the
// system's. A classic script, since modules run after the first paint.
(() => {
  let chosen = null;
  try { chosen = localStorage.getItem("ntopgo.theme"); } catch { /* storage may be off */ }
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    document.documentElement.dataset.theme = chosen || (system.matches ? "dark" : "light");
    document.dispatchEvent(new Event("themechange"));
  };
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("click", (e) => {
    if (!(e.target instanceof Element) || !e.target.closest("[data-theme-switch]")) return;
    chosen = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    try { localStorage.setItem("ntopgo.theme", chosen); } catch { /* the choice lasts for this page */ }
    apply();
  });
})();
