// The tree: draws only the rows in sight, whatever their number, and moves by keyboard as a tree should.

const tree = document.getElementById("tree");
const space = document.getElementById("space");
const drawn = new Map(); // index to element
let list = [];
let current = -1; // index of the row that the keyboard is on
let height = 44; // of a row, in pixels; read from the style sheet

function showTree() {
  const before = list[current]?.key;
  const found = rows();
  list = found.list;
  height = parseFloat(getComputedStyle(tree).getPropertyValue("--row")) || height;
  space.style.height = `${list.length * height}px`;
  current = list.findIndex((row) => row.key === (view.at.toLowerCase() || before));
  drawn.forEach((element) => element.remove());
  drawn.clear();
  tellShown(found);
  draw();
  tree.parentElement.style.setProperty("--bar", `${tree.offsetWidth - tree.clientWidth}px`);
}

function tellShown({ matches, tenants }) {
  const parts = [plural(tenants, "tenant"), plural(matches.targets, "credential"), plural(matches.subscriptions, "subscription"), plural(matches.groups, "resource group")];
  document.getElementById("shown").textContent = `${parts.join(" · ")}${filter().active || view.tenant ? " match" : ""}, judged by ${TIER_WORDS[view.tier].toLowerCase()}`;
  const nothing = document.getElementById("nothing");
  nothing.hidden = list.length > 0;
  tree.hidden = list.length === 0;
  if (list.length) return;
  const empty = run.tenants.size === 0;
  nothing.replaceChildren(
    icon(empty ? "empty" : "search"),
    make("p", {}, empty ? "This run looked at nothing: there were no targets." : "Nothing matches these filters."),
    empty ? "" : make("button", { type: "button", click: reset }, "Show everything"),
  );
}

function draw() {
  const first = Math.max(0, Math.floor(tree.scrollTop / height) - 8);
  const last = Math.min(list.length, Math.ceil((tree.scrollTop + tree.clientHeight) / height) + 8);
  for (const [index, element] of drawn) {
    if (index >= first && index < last) continue;
    element.remove();
    drawn.delete(index);
  }
  for (let index = first; index < last; index += 1) {
    if (drawn.has(index)) continue;
    const element = rowElement(list[index], index);
    element.style.transform = `translateY(${index * height}px)`;
    drawn.set(index, element);
    space.append(element);
  }
  if (current >= 0 && drawn.has(current)) tree.setAttribute("aria-activedescendant", `row-${current}`);
  else tree.removeAttribute("aria-activedescendant");
}

function rowElement(row, index) {
  const cells = CELLS[row.kind](row);
  const element = make(
    `div.row.row-${row.kind}`,
    {
      id: `row-${index}`, role: "treeitem", "aria-level": row.level, "aria-posinset": row.place[0], "aria-setsize": row.place[1],
      "aria-expanded": row.open === null ? null : String(row.open), "aria-selected": String(index === current), "data-key": row.key,
    },
    make("span.cell.name", {}, row.open === null ? make("span.twist.twist-none") : make("span.twist", {}, icon("chevron")), icon(row.kind), make("span.text", { title: cells.name }, cells.name), cells.after ?? null),
    make("span.cell.state", {}, cells.state),
    make("span.cell.tiers", {}, cells.tiers ?? ""),
    make("span.cell.through", {}, make("span.text", { title: cells.through }, cells.through)),
    make("span.cell.why", {}, make("span.text", { title: cells.why }, cells.why)),
  );
  return element;
}

const CELLS = {
  tenant({ data: tenant }) {
    const numbers = { full: 0, partial: 0, none: 0, unknown: 0 };
    for (const one of tenant.subscriptions) numbers[stateOf(one[SUBSCRIPTION.tiers], view.tier)] += 1;
    const linked = tenant.targets.filter((target) => target[TARGET.link][LINK.state] === "linked").length;
    const first = tenant.targets.find((target) => whyTarget(target));
    return {
      name: tenantName(tenant),
      state: tenant.subscriptions.length ? make("span.tally", {}, miniBar(numbers), `${numbers.full}/${tenant.subscriptions.length} full`) : make("span.muted", {}, "no subscription"),
      through: tenant.targets.length ? `${linked} of ${plural(tenant.targets.length, "link")} in place` : "delegated to another tenant",
      why: first ? whyTarget(first) : "",
    };
  },
  target({ data: target }) {
    const link = target[TARGET.link];
    return {
      name: target[TARGET.credential],
      state: chip(LINK_STATES[link[LINK.state]], LINK_WORDS[link[LINK.state]]),
      through: target[TARGET.status] === "verified" ? roleWords(target[TARGET.roles]) : target[TARGET.status],
      why: whyTarget(target),
    };
  },
  subscription({ data: subscription }) {
    const state = stateOf(subscription[SUBSCRIPTION.tiers], view.tier);
    return {
      name: subscription[SUBSCRIPTION.name] || subscription[SUBSCRIPTION.id],
      after: subscription[SUBSCRIPTION.groups].length ? make("span.count", {}, plural(subscription[SUBSCRIPTION.groups].length, "group")) : null,
      state: chip(state),
      tiers: tierMarks(subscription[SUBSCRIPTION.tiers]),
      through: throughWords(subscription, subscription[SUBSCRIPTION.by]),
      why: whyScope(subscriptionScope(subscription), state, subscription),
    };
  },
  group({ data: group, subscription }) {
    const state = stateOf(group[GROUP.tiers], view.tier);
    return {
      name: group[GROUP.name],
      state: chip(state),
      tiers: tierMarks(group[GROUP.tiers]),
      through: throughWords(subscription, group[GROUP.by]),
      why: whyScope(groupScope(subscription, group), state, subscription),
    };
  },
};

function roleWords(roles) {
  const names = [...new Set(roles.map((role) => role[ROLE.name]))];
  return names.length ? names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "") : "no role";
}

function throughWords(subscription, set) {
  const found = sources(subscription, set);
  if (!found.length) return "–";
  const [first] = found;
  const role = first.roles.length ? `${roleWords(first.roles)} · ` : "";
  return `${role}${first.credential}${found.length > 1 ? ` and ${found.length - 1} more` : ""}`;
}

function toggle(row, open = !row.open) {
  if (row.open === null || row.open === open) return;
  opened.set(row.key, open);
  const top = tree.scrollTop;
  view.at = "";
  showTree();
  tree.scrollTop = top;
}

function move(to) {
  if (!list.length) return;
  drawn.get(current)?.setAttribute("aria-selected", "false");
  current = Math.max(0, Math.min(list.length - 1, to));
  reveal();
  draw();
  drawn.get(current)?.setAttribute("aria-selected", "true");
}

function reveal() {
  const top = current * height;
  if (top < tree.scrollTop) tree.scrollTop = top;
  else if (top + height > tree.scrollTop + tree.clientHeight) tree.scrollTop = top + height - tree.clientHeight;
}

const parentOf = (index) => list.slice(0, index).findLastIndex((row) => row.level < list[index].level);
const page = () => Math.max(1, Math.floor(tree.clientHeight / height) - 1);

const KEYS = {
  ArrowDown: () => move(current + 1),
  ArrowUp: () => move(current - 1),
  PageDown: () => move(current + page()),
  PageUp: () => move(current - page()),
  Home: () => move(0),
  End: () => move(list.length - 1),
  ArrowRight: (row) => (row?.open === false ? toggle(row, true) : row?.open ? move(current + 1) : null),
  ArrowLeft: (row) => (row?.open ? toggle(row, false) : row && row.level > 1 ? move(parentOf(current)) : null),
  Enter: (row) => row && select(row),
  " ": (row) => row && select(row),
};

function startTree() {
  tree.addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
  new ResizeObserver(() => requestAnimationFrame(draw)).observe(tree);
  tree.addEventListener("keydown", (event) => {
    if (!(event.key in KEYS) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    KEYS[event.key](list[current]);
  });
  tree.addEventListener("focus", () => current < 0 && move(0));
  tree.addEventListener("click", (event) => {
    const element = event.target.closest(".row");
    if (!element) return;
    move(list.findIndex((row) => row.key === element.dataset.key));
    const row = list[current];
    if (event.target.closest(".twist") || (row.kind === "tenant" && row.open !== null)) toggle(row);
    else select(row);
  });
}
