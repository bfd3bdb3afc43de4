// What is being looked at: kept in the address, so that it can be bookmarked, shared and gone back to.
// #scopes?q=shop&tenant=…&tier=pec&state=none,unknown&kind=group&sort=name&at=/subscriptions/…

const DEFAULT = { q: "", tenant: "", tier: meta.require, state: "", kind: "", sort: "worst", at: "", finding: "" };
const SECTIONS = ["overview", "scopes", "findings", "exceptions"];
const view = { section: "", ...DEFAULT };

function readAddress() {
  const [section, query = ""] = decoded(location.hash.slice(1)).split(/\?(.*)/s);
  const given = new URLSearchParams(query);
  view.section = SECTIONS.includes(section) ? section : "";
  for (const key of Object.keys(DEFAULT)) view[key] = given.get(key) ?? DEFAULT[key];
  if (!TIERS.includes(view.tier)) view.tier = DEFAULT.tier;
  if (!["worst", "name", "most"].includes(view.sort)) view.sort = DEFAULT.sort;
  if (!["", "target", "subscription", "group"].includes(view.kind)) view.kind = "";
  view.state = view.state.split(",").filter((state) => state in WORST).join(",");
}

// An address typed by hand may hold a stray percent sign; URLSearchParams decodes the rest by itself.
const decoded = (text) => (text.includes("?") ? text : text.replace(/[^\w-].*/s, ""));

function address() {
  const given = new URLSearchParams();
  for (const [key, usual] of Object.entries(DEFAULT)) if (view[key] !== usual) given.set(key, view[key]);
  const query = given.toString().replaceAll("%2F", "/").replaceAll("%2C", ",").replaceAll("%40", "@");
  return `#${view.section || "scopes"}${query ? `?${query}` : ""}`;
}

// Remembers without a jump and without a new step in the browser's history. Some embedders refuse; nothing is lost.
function writeAddress() {
  try {
    history.replaceState(null, "", address());
  } catch {
    /* shown all the same */
  }
}

const states = () => new Set(view.state ? view.state.split(",") : []);

// The filter as two questions, asked of each thing once.
function filter() {
  const query = view.q.trim().toLowerCase();
  const wanted = states();
  return {
    query,
    active: Boolean(query || wanted.size || view.kind),
    text: (...texts) => !query || texts.some((text) => text && text.toLowerCase().includes(query)),
    state: (state) => !wanted.size || wanted.has(state),
    kind: (kind) => !view.kind || view.kind === kind,
  };
}
