// Findings with what mends them, grouped by what is wrong; excepted ones apart, with their expiry.

const PAGE = 25; // findings shown of a group until more are asked for
const SEVERITY_ORDER = { error: 0, warning: 1, info: 2 };
const limits = new Map(); // how many of a group the reader asked for

function showFindings() {
  const open = run.findings.filter((finding) => !finding[FINDING.excepted]);
  const groups = grouped(open);
  const order = [...groups].sort(([a, one], [b, other]) => SEVERITY_ORDER[one[0][FINDING.severity]] - SEVERITY_ORDER[other[0][FINDING.severity]] || compare(a, b));
  showFindingFilters(order);
  const shown = order.filter(([id]) => !view.finding || view.finding === id);
  document.getElementById("finding-list").replaceChildren(...(shown.length ? shown.map(([id, found]) => groupElement(id, found)) : [calm()]));
}

function grouped(findings) {
  const groups = new Map();
  for (const finding of findings) {
    if (!groups.has(finding[FINDING.id])) groups.set(finding[FINDING.id], []);
    groups.get(finding[FINDING.id]).push(finding);
  }
  return groups;
}

function calm() {
  const none = run.targets.length === 0;
  return make(none ? "div.calm.calm-empty" : "div.calm", {}, icon(none ? "empty" : "full"), make("p", {}, none ? "Nothing was checked, so nothing was found." : "Nothing to do. No finding is open."));
}

function showFindingFilters(order) {
  const bar = document.getElementById("finding-filters");
  const button = (id, word, number) =>
    make("button.pill", { type: "button", "aria-pressed": String(view.finding === id), click: () => pickFinding(id) }, word, make("span.pill-number", {}, number.toLocaleString("en")));
  const total = order.reduce((sum, [, found]) => sum + found.length, 0);
  bar.replaceChildren(...(order.length > 1 ? [button("", "All", total), ...order.map(([id, found]) => button(id, id, found.length))] : []));
}

function pickFinding(id) {
  view.finding = id;
  view.section = "findings";
  writeAddress();
  showFindings();
}

function groupElement(id, found) {
  const severity = found[0][FINDING.severity];
  const limit = limits.get(id) ?? PAGE;
  const rest = found.length - limit;
  return make(
    "details.finding-group", { open: true, "data-finding": id },
    make("summary", {}, icon("chevron"), make(`span.severity.severity-${severity}`, {}, icon(severity), severity), make("b", {}, id), make("span.muted", {}, plural(found.length, "finding"))),
    ...found.slice(0, limit).map((finding) => findingElement(finding, true)),
    rest > 0 ? make("button.more", { type: "button", click: () => (limits.set(id, limit + 4 * PAGE), showFindings()) }, `Show ${Math.min(rest, 4 * PAGE)} more of ${rest.toLocaleString("en")}`) : null,
  );
}

function findingElement(finding, linked) {
  return make(
    "article.finding", {},
    make("p", {}, linked ? null : make(`span.severity.severity-${finding[FINDING.severity]}`, {}, icon(finding[FINDING.severity]), finding[FINDING.id]), " ", finding[FINDING.message]),
    linked ? where(finding) : null,
    finding[FINDING.excepted] ? make("p.muted", {}, `Excepted until ${finding[FINDING.excepted][2]}: ${finding[FINDING.excepted][0]}`) : null,
    finding[FINDING.fix] ? command(finding[FINDING.fix]) : null,
  );
}

// What a finding is about, as a link into the tree.
function where(finding) {
  const key = placeOf(finding);
  if (!key) return null;
  return make("p.where", {}, make("a", { href: `#scopes?at=${encodeURIComponent(key)}` }, icon(finding[FINDING.scope] ? "group" : "target"), key));
}

function placeOf(finding) {
  if (finding[FINDING.scope]) return finding[FINDING.scope];
  return finding[FINDING.credential] ? `${finding[FINDING.credential]}@${finding[FINDING.tenant] ?? ""}` : "";
}

function showExceptions() {
  const covered = run.findings.filter((finding) => finding[FINDING.excepted]);
  covered.sort((a, b) => compare(a[FINDING.excepted][2], b[FINDING.excepted][2]));
  const box = document.getElementById("exception-list");
  if (!covered.length) return box.replaceChildren(make("p.muted", {}, "No exception covers anything in this run."));
  const limit = limits.get("") ?? 4 * PAGE;
  const rest = covered.length - limit;
  return box.replaceChildren(
    make("div.table-frame", { tabindex: "0", role: "region", "aria-labelledby": "exceptions-head" }, make(
      "table.exceptions", {},
      make("thead", {}, make("tr", {}, ...["Expires", "Finding", "What", "Reason", "Owner"].map((word) => make("th", { scope: "col" }, word)))),
      make("tbody", {}, ...covered.slice(0, limit).map(exceptionRow)),
    )),
    rest > 0 ? make("button.more", { type: "button", click: () => (limits.set("", limit + 16 * PAGE), showExceptions()) }, `Show more of ${rest.toLocaleString("en")}`) : "",
  );
}

function exceptionRow(finding) {
  const [reason, owner, expires] = finding[FINDING.excepted];
  const days = Math.round((Date.parse(expires) - Date.parse(meta.finished.slice(0, 10))) / 86_400_000);
  const soon = days <= 30;
  return make(
    "tr", {},
    make("td", {}, make("b", {}, expires), make(soon ? "span.soon" : "span.muted", {}, soon ? icon("warning") : "", days === 0 ? "on the day of this run" : `${plural(Math.abs(days), "day")} ${days < 0 ? "before" : "after"} this run`)),
    make("td", {}, finding[FINDING.id]),
    make("td", {}, make("span", {}, finding[FINDING.message]), where(finding) ?? ""),
    make("td", {}, reason),
    make("td", {}, owner),
  );
}
