(() => {
  // What j and k walk over: rows of a list, or what a page marks as its items.
  const page = () => document.querySelector("body.routed .page:not([hidden])") || document;
  const items = () => Array.from(page().querySelectorAll(".item")).filter((e) => e.offsetParent !== null);
  const current = () => document.activeElement && document.activeElement.closest(".item");
  document.body.classList.add("scripted");

  const move = (step) => {
    const all = items();
    const at = all.indexOf(current());
    if (!all.length) {
      const link = page().querySelector(`a[rel=${step > 0 ? "next" : "prev"}]`);
      if (link) link.click();
      return;
    }
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
    if (!next) return;
    (next.matches("[tabindex]") ? next : next.querySelector("a, summary") || next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  const open = () => {
    const item = current();
    const what = item && (item.querySelector(".places a, a[data-trial]") || item.querySelector("a"));
    if (what) what.click();
  };
  const onlyBad = () => {
    const on = document.body.classList.toggle("only-bad");
    document.body.dispatchEvent(new CustomEvent("latchkey:bad", { detail: on }));
  };
  const clear = () => {
    const used = document.body.classList.contains("only-bad") || document.body.classList.contains("filtered") ||
      /^(INPUT|SELECT)$/.test(document.activeElement.tagName) || Boolean(current());
    document.body.classList.remove("only-bad");
    document.body.dispatchEvent(new CustomEvent("latchkey:clear"));
    if (document.activeElement) document.activeElement.blur();
    const up = page().querySelector(".crumbs a");
    if (!used && up) up.click();
  };

  addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "Escape") return clear();
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) return;
    const search = document.getElementById("q");
    const keys = { j: () => move(1), k: () => move(-1), o: open, x: onlyBad };
    if (search && search.offsetParent !== null) keys["/"] = () => search.focus();
    if (!keys[e.key]) return;
    e.preventDefault();
    keys[e.key]();
  });

  // A link to something folded unfolds it.
  const reveal = () => {
    let target = null;
    try {
      target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch (e) {
      return;
    }
    for (let e = target; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
    if (target && !target.matches(".page")) requestAnimationFrame(() => target.scrollIntoView({ block: target.closest(".ladder") ? "center" : "start" }));
  };
  addEventListener("hashchange", reveal);
  reveal();

  // What is folded is on paper, too, but for the long list of everything.
  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = Array.from(page().querySelectorAll("details:not([open])")).filter((d) => !d.closest(".every, .ladder, .meta"));
    for (const d of unfolded) d.open = true;
  });
  addEventListener("afterprint", () => {
    for (const d of unfolded) d.open = false;
  });

  // The words of a cell, for the pointer.
  document.addEventListener("mouseover", (e) => {
    const cell = e.target.closest && e.target.closest("a.cell[aria-label]:not([title])");
    if (cell) cell.title = cell.getAttribute("aria-label");
  });
})();
