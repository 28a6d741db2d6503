(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const TABLES = [$("matrix-table"), $("apart-table")]; // the second: of experimental suites
  const FIELDS = ["outcome", "suite", "client", "protocol", "wish", "loss", "cwe"];
  const STEP = 25;
  const ORDER = "FWfwE?K!XxP-";
  const safe = (text) => String(text).replace(/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/g,
    (c) => `\\u{${c.charCodeAt(0).toString(16)}}`);
  const html = (text) => safe(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
  const slug = (name) => data.odd[name] || name.replace(/[^A-Za-z0-9._-]+/g, "~");

  // --- the trials, out of the letters

  const trials = [];
  for (const [id, title, scenarioSlug, variants, apart] of data.scenarios) {
    for (const [variant, cwe, cells] of variants) {
      for (const [clientAt, [codes, gravities, said, pages]] of Object.entries(cells)) {
        const [client, clientSlug, postures] = data.clients[clientAt];
        let next = 0;
        Array.from(codes).forEach((code, at) => {
          if (code === ".") return;
          const posture = postures[at];
          const name = `${id}${variant ? `[${variant}]` : ""}/${client}/${posture}`;
          const dash = posture.indexOf("-");
          trials.push({
            id, title, scenarioSlug, variant, client, clientSlug, posture, code, cwe, name, apart,
            paged: pages[at] === "1", gravity: Number(gravities[at]),
            sentence: "P-".includes(code) ? "" : data.sentences[said[next++]],
            suite: id.split(".")[0], protocol: dash < 0 ? posture : posture.slice(0, dash),
            wish: dash < 0 ? "" : posture.slice(dash + 1), rank: ORDER.indexOf(code) * 10 + Number(gravities[at]),
          });
        });
      }
    }
  }
  const group = { F: 0, W: 0, f: 1, w: 1, E: 2, "?": 2, K: 3, "!": 3, X: 3.5, x: 3.5, P: 4, "-": 5 };
  const order = (a, b) => a.apart - b.apart || group[a.code] - group[b.code] || a.gravity - b.gravity || a.rank - b.rank;
  for (const t of trials) t.text = `${t.name} ${t.title} ${t.sentence} ${t.cwe.join(" ")} ${data.codes[t.code][0]}`.toLowerCase();
  trials.sort(order);

  const place = (t) => (data.single ? `s-${t.clientSlug}.${t.scenarioSlug}` : `s-${t.scenarioSlug}`);
  const toClient = (t) => (data.single ? `#${place(t)}` : `clients/${encodeURIComponent(t.clientSlug)}.html#${place(t)}`);
  const toTrial = (t) => (!t.paged ? toClient(t)
    : data.single ? `#trials-${slug(t.name)}` : `trials/${encodeURIComponent(slug(t.name))}.html`);
  const toScenario = (s) => (data.single ? `#scenarios-${s}` : `scenarios/${encodeURIComponent(s)}.html`);
  const toOverview = (s) => (data.single ? `#clients-${s}` : `clients/${encodeURIComponent(s)}.html`);

  // --- what is wanted

  const wanted = () => Object.fromEntries(FIELDS.map((f) => [f, $(`f-${f}`).value]));
  const isFree = () => !$("q").value.trim() && FIELDS.every((f) => !$(`f-${f}`).value);
  const fits = (t, want, text) => {
    const [outcome, bucket] = data.codes[t.code];
    return (!want.outcome || (want.outcome === "!" ? !"P-".includes(t.code)
      : want.outcome.startsWith("b:") ? bucket === want.outcome.slice(2) : outcome === want.outcome)) &&
      (!want.suite || t.suite === want.suite) && (!want.client || t.client === want.client) &&
      (!want.protocol || t.protocol === want.protocol) && (!want.wish || t.wish === want.wish) &&
      (!want.loss || t.gravity === Number(want.loss)) && (!want.cwe || t.cwe.includes(want.cwe)) &&
      text.every((word) => t.text.includes(word));
  };

  // --- drawing

  const opened = { scenarios: new Set(), clients: new Set() };
  const cell = (own) => {
    if (!own || !own.length) return "<td></td>";
    const [outcome, bucket, letter, word] = data.codes[own[0].code];
    const t = own[0];
    const same = own.filter((o) => data.codes[o.code][1] === bucket).length;
    const count = own.length > 1 && same > 1 && bucket !== "passed" && bucket !== "skipped" ? `<i>${same}</i>` : "";
    const what = own.length === 1 ? `${t.client} ${t.posture}, ${t.title}: ${outcome}` : `${t.client}, ${t.title}: ${same} of ${own.length} ${word}`;
    if (outcome === "SKIP") return `<td><span class="cell SKIP ${bucket}" title="${html(what)}">${letter}</span></td>`;
    return `<td><a class="cell ${outcome} ${bucket}" href="${html(own.length === 1 ? toTrial(t) : toClient(t))}" aria-label="${html(what)}">${letter}${count}</a></td>`;
  };
  const by = (list, key) => {
    const found = new Map();
    for (const one of list) {
      const name = key(one);
      if (found.has(name)) found.get(name).push(one);
      else found.set(name, [one]);
    }
    return found;
  };
  const columnsOf = (shown) => {
    const clients = data.clients.filter(([name]) => shown.has(name));
    return clients.map(([name, clientSlug, postures]) => {
      const own = clients.length === 1 || opened.clients.has(name);
      const ran = new Set(shown.get(name).filter((t) => t.code !== "-").map((t) => t.posture));
      const present = new Set(shown.get(name).map((t) => t.posture));
      const some = postures.filter((p) => (ran.size ? ran : present).has(p));
      return { name, clientSlug, alone: clients.length === 1, postures: own && some.length ? some : null };
    });
  };
  const head = (columns) => {
    const two = columns.some((c) => c.postures);
    const span = two ? ' rowspan="2"' : "";
    let first = `<th scope="col" class="corner"${span}>Scenario</th>`;
    let second = "";
    for (const c of columns) {
      const link = `<a href="${html(toOverview(c.clientSlug))}">${html(c.name)}</a>`;
      const fold = c.alone ? "" : `<button type="button" class="fold" data-client="${html(c.name)}" aria-expanded="${Boolean(c.postures)}" aria-label="Postures of ${html(c.name)}">${c.postures ? "−" : "+"}</button>`;
      if (!c.postures) first += `<th scope="col" class="up"${span}>${fold}<span>${link}</span></th>`;
      else {
        first += `<th scope="colgroup" class="client${c.postures.length < 4 ? " up" : ""}" colspan="${c.postures.length}">${fold}<span>${link}</span></th>`;
        second += c.postures.map((p) => `<th scope="col" class="up posture"><span>${html(p)}</span></th>`).join("");
      }
    }
    return `<caption class="vh">Outcomes by scenario</caption><thead><tr>${first}</tr>${two ? `<tr>${second}</tr>` : ""}</thead>`;
  };
  const cells = (columns, own) => {
    const clients = by(own, (t) => t.client);
    return columns.map((c) => {
      const of = clients.get(c.name) || [];
      if (!c.postures) return cell(of);
      const postures = by(of, (t) => t.posture);
      return c.postures.map((p) => cell(postures.get(p))).join("");
    }).join("");
  };
  const scenarioRows = (columns, id, own, all, single) => {
    const { title, scenarioSlug } = own[0];
    const variants = by(own, (t) => t.variant);
    const open = all || single || opened.scenarios.has(id);
    const many = variants.size > 1;
    const fold = many ? `<button type="button" class="fold" data-scenario="${html(id)}" aria-expanded="${open}" aria-label="Variants of ${html(title)}">${open ? "−" : "+"}</button>` : "";
    let rows = `<tr class="line" data-i="${html(id)}"><th scope="row">${fold}<a href="${html(toScenario(scenarioSlug))}">${html(title)}</a> <code>${html(id)}</code></th>${cells(columns, own)}</tr>`;
    if (many && open) {
      for (const variant of Array.from(variants.keys()).sort()) rows += `<tr class="line variant"><th scope="row"><code>${html(variant || "(none)")}</code></th>${cells(columns, variants.get(variant))}</tr>`;
    }
    return rows;
  };
  const failing = (own) => new Set(own.filter((t) => "FWfwXx".includes(t.code)).map((t) => t.client)).size;
  const draw = (table, shown) => {
    const columns = columnsOf(by(shown, (t) => t.client));
    const width = 1 + columns.reduce((n, c) => n + (c.postures ? c.postures.length : 1), 0);
    const scenarios = Array.from(by(shown, (t) => t.id));
    const how = $("sort").value;
    scenarios.sort((a, b) => (how === "grave" ? order(a[1][0], b[1][0]) : how === "many" ? failing(b[1]) - failing(a[1]) : 0) ||
      (a[0] < b[0] ? -1 : 1));
    const all = $("unfold").getAttribute("aria-pressed") === "true";
    const row = ([id, own]) => scenarioRows(columns, id, own, all, scenarios.length === 1);
    const families = how ? [["", scenarios]] : Array.from(by(scenarios, ([, own]) => own[0].suite));
    table.innerHTML = head(columns) + families.map(([family, own]) => `<tbody>${family ? `<tr class="family"><th scope="rowgroup" colspan="${width}"><span>${html(family)}</span></th></tr>` : ""}${own.map(row).join("")}</tbody>`).join("");
  };

  const apartAlone = trials.every((t) => t.apart); // else they are told in their own section
  let listed = [];
  let most = STEP;
  const drawList = () => {
    $("list").innerHTML = listed.slice(0, most).map((t) => {
      const [outcome, bucket, letter, word] = data.codes[t.code];
      const loss = "fFwWKXx".includes(t.code) && data.consequences[t.gravity] || word;
      return `<li class="item ${bucket}"><span class="cell ${outcome} ${bucket}" title="${outcome}">${letter}</span>` +
        `<div><a data-trial href="${html(toTrial(t))}">${html(t.title)}</a> <span class="who">${html(t.client)} <b>${html(t.posture)}</b>${t.variant ? ` [${html(t.variant)}]` : ""}</span>` +
        `${t.sentence ? `<p>${html(t.sentence)}</p>` : ""}</div><span class="tag">${html(loss)}</span></li>`;
    }).join("");
    $("list-more").hidden = listed.length <= most;
  };

  const update = () => {
    const want = wanted();
    const text = $("q").value.toLowerCase().split(/\s+/).filter(Boolean);
    const free = isFree();
    const shown = free ? trials : trials.filter((t) => fits(t, want, text));
    TABLES.forEach((table, at) => {
      if (!table) return;
      const own = shown.filter((t) => t.apart === Boolean(at));
      draw(table, own);
      table.parentElement.hidden = !own.length && !free;
    });
    listed = free ? shown.filter((t) => group[t.code] < 4 && (!t.apart || apartAlone)) : shown;
    most = STEP;
    drawList();
    document.body.classList.toggle("filtered", !free);
    $("shown").value = free ? `${trials.length.toLocaleString("en")} trials` : `${shown.length.toLocaleString("en")} of ${trials.length.toLocaleString("en")} trials`;
    $("list-count").textContent = free ? "all but passed, the gravest first" : "that fit, the gravest first";
    remember();
  };

  // --- the address keeps the filter, so that one can come back to it, or hand it on

  const remember = () => {
    const kept = new URLSearchParams();
    if ($("q").value.trim()) kept.set("q", $("q").value.trim());
    for (const f of [...FIELDS.map((f) => `f-${f}`), "sort"]) if ($(f).value) kept.set(f.replace("f-", ""), $(f).value);
    const text = kept.toString();
    if (!text && !location.hash.startsWith("#?")) return;
    try {
      history.replaceState(null, "", text ? `#?${text}` : location.pathname + location.search);
    } catch (e) {
      // Some browsers refuse this for files; the filter works without.
    }
  };
  const recall = () => {
    if (!location.hash.startsWith("#?")) return;
    const kept = new URLSearchParams(location.hash.slice(2));
    $("q").value = kept.get("q") || "";
    for (const f of [...FIELDS.map((f) => `f-${f}`), "sort"]) $(f).value = kept.get(f.replace("f-", "")) || "";
    for (const f of FIELDS) if ($(`f-${f}`).selectedIndex < 0) $(`f-${f}`).value = "";
  };

  // --- events

  let waiting = 0;
  $("q").addEventListener("input", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(update);
  });
  for (const f of FIELDS) $(`f-${f}`).addEventListener("input", update);
  $("sort").addEventListener("input", update);
  $("unfold").addEventListener("click", () => {
    $("unfold").setAttribute("aria-pressed", String($("unfold").getAttribute("aria-pressed") !== "true"));
    update();
  });
  const clear = () => {
    $("q").value = "";
    for (const f of FIELDS) $(`f-${f}`).value = "";
    opened.scenarios.clear();
    opened.clients.clear();
    $("unfold").setAttribute("aria-pressed", "false");
    update();
  };
  $("clear").addEventListener("click", clear);
  document.body.addEventListener("latchkey:clear", clear);
  document.body.addEventListener("latchkey:bad", (e) => {
    $("f-outcome").value = e.detail ? "!" : "";
    update();
  });
  document.querySelector(".filter").addEventListener("submit", (e) => e.preventDefault());
  $("list-more").addEventListener("click", () => {
    most += STEP * 4;
    drawList();
  });
  const unfold = (e) => {
    const fold = e.target.closest("button.fold");
    if (!fold) return;
    const [set, name] = fold.dataset.client !== undefined ? [opened.clients, fold.dataset.client] : [opened.scenarios, fold.dataset.scenario];
    if (!set.delete(name)) set.add(name);
    update();
    const again = Array.from(e.currentTarget.querySelectorAll("button.fold")).find((b) => b.dataset.client === fold.dataset.client && b.dataset.scenario === fold.dataset.scenario);
    if (again) again.focus();
  };
  for (const table of TABLES) if (table) table.addEventListener("click", unfold);
  recall();
  update();
})();
