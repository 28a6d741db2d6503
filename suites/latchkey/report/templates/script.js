"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const all = (where, what) => Array.from(where.querySelectorAll(what));
  const list = $("list");
  const trials = all(list, ".trial");
  const original = trials.slice();
  const words = new Map(trials.map((t) => [t, t.querySelector("summary").textContent.toLowerCase()]));
  const groups = all(document, ".matrix tbody");
  const columns = all(document, ".matrix .posture").map((th) => th.dataset.c);
  const body = document.body;
  body.classList.add("scripted");

  const value = (id) => ($(id) ? $(id).value : "");

  const filter = () => {
    const text = value("q").toLowerCase().split(/\s+/).filter(Boolean);
    const want = { o: value("f-outcome"), c: value("f-client"), f: value("f-family") };
    const scenarios = new Set();
    let shown = 0;
    for (const trial of trials) {
      const d = trial.dataset;
      const ok = (!want.o || (want.o === "!" ? d.o !== "PASS" : d.o === want.o)) &&
        (!want.c || d.c === want.c) && (!want.f || d.f === want.f) &&
        text.every((word) => words.get(trial).includes(word));
      trial.hidden = !ok;
      if (ok) {
        shown++;
        scenarios.add(d.i);
      }
    }
    const free = !text.length && !want.o && !want.c && !want.f;
    for (const group of groups) {
      let any = false;
      for (const line of all(group, ".line")) {
        line.hidden = !free && !scenarios.has(line.dataset.i);
        any = any || !line.hidden;
        all(line, "td").forEach((td, i) => { td.hidden = Boolean(want.c) && columns[i] !== want.c; });
      }
      group.hidden = !any;
    }
    for (const th of all(document, ".matrix thead [data-c]")) th.hidden = Boolean(want.c) && th.dataset.c !== want.c;
    $("shown").value = free ? "" : `${shown} of ${trials.length} trials`;
  };

  const sort = () => {
    const by = value("sort");
    const keys = { id: (t) => t.dataset.i + t.dataset.c, client: (t) => t.dataset.c + t.dataset.i };
    const order = original.slice();
    if (by === "slow") order.sort((a, b) => b.dataset.s - a.dataset.s);
    else if (by) order.sort((a, b) => keys[by](a).localeCompare(keys[by](b)));
    list.append(...order);
    trials.splice(0, trials.length, ...order);
  };

  const reveal = () => {
    let target = null;
    try {
      target = $(decodeURIComponent(location.hash.slice(1)));
    } catch (e) {
      return;
    }
    if (!target || !target.closest(".trial")) return;
    const trial = target.closest(".trial");
    trial.hidden = false;
    trial.open = true;
    requestAnimationFrame(() => (target.matches(".body") ? trial : target.closest("li") || target)
      .scrollIntoView({ block: target.matches(".body") ? "start" : "center" }));
  };

  const current = () => document.activeElement && document.activeElement.closest(".trial");
  const move = (step) => {
    const seen = trials.filter((t) => !t.hidden);
    const at = seen.indexOf(current());
    const next = seen[at < 0 ? (step > 0 ? 0 : seen.length - 1) : at + step];
    if (!next) return;
    next.querySelector("summary").focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };

  for (const id of ["q", "f-outcome", "f-client", "f-family"]) if ($(id)) $(id).addEventListener("input", filter);
  $("sort").addEventListener("input", sort);
  document.querySelector(".filter").addEventListener("submit", (e) => e.preventDefault());
  addEventListener("hashchange", reveal);
  addEventListener("beforeprint", () => {
    for (const t of trials) if (!t.hidden && t.matches(".broken, .exposed")) t.open = true;
  });
  addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "Escape") {
      for (const id of ["q", "f-outcome", "f-client", "f-family"]) if ($(id)) $(id).value = "";
      filter();
      document.activeElement.blur();
      return;
    }
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) return;
    const keys = {
      j: () => move(1),
      k: () => move(-1),
      o: () => { const t = current(); if (t) t.open = !t.open; },
      x: () => { $("f-outcome").value = value("f-outcome") === "!" ? "" : "!"; filter(); },
      "/": () => $("q").focus(),
    };
    if (keys[e.key]) {
      e.preventDefault();
      keys[e.key]();
    }
  });
  reveal();
})();
