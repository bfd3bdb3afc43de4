// Start: read the run, draw what the address asks for, and listen.

const PRINT_ROWS = 2000; // beyond this, paper is the wrong medium
const controls = Object.fromEntries(["search", "tenant", "kind", "sort"].map((id) => [id, document.getElementById(id)]));
const radios = [...document.querySelectorAll("#tier input")];
const boxes = [...document.querySelectorAll("#state input")];

function showControls() {
  controls.search.value = view.q;
  controls.kind.value = view.kind;
  controls.sort.value = view.sort;
  fillTenants(view.tenant);
  controls.tenant.value = view.tenant.toLowerCase();
  for (const radio of radios) radio.checked = radio.value === view.tier;
  for (const box of boxes) box.checked = states().has(box.value);
}

function readControls() {
  view.q = controls.search.value;
  view.tenant = controls.tenant.value;
  view.kind = controls.kind.value;
  view.sort = controls.sort.value;
  view.tier = radios.find((radio) => radio.checked)?.value ?? meta.require;
  view.state = boxes.filter((box) => box.checked).map((box) => box.value).join(",");
  view.at = "";
  view.section = "scopes";
  writeAddress();
  tree.scrollTop = 0;
  current = -1;
  showTree();
}

// Thousands of options are only made for somebody who opens the list.
let filled = false;
function fillTenants(wanted) {
  if (filled || (run.tenants.size > 500 && !wanted && document.activeElement !== controls.tenant)) return;
  filled = true;
  const tenants = [...run.tenants.values()].sort((a, b) => compare(tenantName(a), tenantName(b)));
  controls.tenant.append(...tenants.map((tenant) => make("option", { value: tenant.key }, tenantName(tenant))));
}

function reset() {
  Object.assign(view, DEFAULT, { section: "scopes" });
  opened.clear();
  writeAddress();
  showControls();
  showTree();
}

// Follows the address: at the start, on a link, on "back".
function follow() {
  readAddress();
  if (view.at) openPath(view.at);
  showControls();
  showTree();
  showFindings();
  if (view.at && current < 0 && filter().active) {
    Object.assign(view, { q: "", state: "", kind: "", tenant: "" });
    showControls();
    showTree();
  }
  if (current >= 0) {
    reveal();
    draw();
    select(list[current]);
  } else {
    panel.hidden = true;
    panel.parentElement.classList.remove("with-detail");
  }
  if (view.section) document.getElementById(view.section).scrollIntoView();
}

function startTheme() {
  const button = document.getElementById("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  button.hidden = false;
  button.addEventListener("click", () => {
    const now = document.documentElement.style.colorScheme || (dark.matches ? "dark" : "light");
    document.documentElement.style.colorScheme = now === "dark" ? "light" : "dark";
    say(`${now === "dark" ? "Light" : "Dark"} colours`);
  });
}

function startKeys() {
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches?.("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      document.getElementById("scopes").scrollIntoView();
      controls.search.focus();
    } else if (event.key === "Escape") {
      if (!panel.hidden) closeDetail();
      else if (event.target === controls.search) tree.focus();
    }
  });
}

function startControls() {
  const form = document.getElementById("filters");
  form.addEventListener("submit", (event) => event.preventDefault());
  controls.search.addEventListener("input", settled(readControls));
  controls.search.addEventListener("keydown", (event) => event.key === "ArrowDown" && (event.preventDefault(), tree.focus()));
  form.addEventListener("change", (event) => event.target !== controls.search && readControls());
  controls.tenant.addEventListener("focus", () => fillTenants(true));
  controls.tenant.addEventListener("pointerdown", () => fillTenants(true));
  document.getElementById("expand").addEventListener("click", () => (openAll(true), showTree()));
  document.getElementById("collapse").addEventListener("click", () => (openAll(false), showTree()));
  document.getElementById("reset").addEventListener("click", reset);
}

// Paper has no scrolling: the rows in view are written out, as far as that makes sense.
function startPrint() {
  const box = document.getElementById("print-rows");
  addEventListener("beforeprint", () => {
    const printed = list.slice(0, PRINT_ROWS).map((row) => {
      const cells = CELLS[row.kind](row);
      return make(`tr.print-${row.kind}`, {}, make("td", {}, cells.name), make("td", {}, cells.state), make("td", {}, cells.through), make("td", {}, cells.why));
    });
    const cut = list.length - printed.length;
    box.replaceChildren(make("table", {}, make("tbody", {}, ...printed)), cut > 0 ? make("p", {}, `${plural(cut, "more row")} not printed: filter first, or use -o csv.`) : "");
  });
  addEventListener("afterprint", () => box.replaceChildren());
}

function start() {
  load();
  startTheme();
  startControls();
  startKeys();
  startTree();
  startPrint();
  showExceptions();
  follow();
  addEventListener("hashchange", follow);
  document.documentElement.dataset.ready = "true";
}

// After the first paint, so that the answer is on the screen while the rows are read.
requestAnimationFrame(() => setTimeout(start));
