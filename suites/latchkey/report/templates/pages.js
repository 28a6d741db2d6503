(() => {
  // One file holds all pages: the address says which of them is seen.
  const pages = Array.from(document.querySelectorAll(".page"));
  const show = () => {
    let target = null;
    try {
      target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch (e) {
      target = null;
    }
    if (target && !target.closest(".page")) return;
    const chosen = (target && target.closest(".page")) || pages[0];
    const same = !chosen.hidden && document.body.classList.contains("routed");
    for (const page of pages) page.hidden = page !== chosen;
    document.body.classList.add("routed");
    if (!same && (!target || target === chosen)) scrollTo(0, 0);
    const title = chosen.querySelector("h1");
    if (title) document.title = `${title.textContent.trim()} · Latchkey`;
  };
  addEventListener("hashchange", show);
  show();
})();
