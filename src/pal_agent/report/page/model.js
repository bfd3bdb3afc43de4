// The run, read from the JSON blocks of this page (report/page/data.py writes them) and indexed for looking up.
// Rows stay the lists they arrive as: 100,000 resource groups are too many to wrap one by one.

const TARGET = { credential: 0, tenant: 1, tenantName: 2, object: 3, status: 4, reason: 5, expected: 6, wanted: 7, expires: 8, link: 9, roles: 10 };
const LINK = { state: 0, partner: 1, name: 2, version: 3, created: 4, updated: 5 };
const ROLE = { id: 0, scope: 1, kind: 2, name: 3, via: 4, eligible: 5, standing: 6 };
const SUBSCRIPTION = { id: 0, name: 1, tenant: 2, enabled: 3, tiers: 4, complete: 5, by: 6, groups: 7, sources: 8, sets: 9, quota: 10, seen: 11 };
const GROUP = { name: 0, tiers: 1, by: 2 };
const SOURCE = { credential: 0, tenant: 1, assignment: 2 };
const FINDING = { id: 0, severity: 1, credential: 2, tenant: 3, scope: 4, message: 5, fix: 6, excepted: 7 };

const TIERS = ["association", "influence", "pec"];
const TIER_WORDS = { association: "Association", influence: "Influence", pec: "Partner earned credit" };
const STATES = { f: "full", p: "partial", n: "none", u: "unknown" };
const WORST = { none: 0, unknown: 1, partial: 2, full: 3 };
const LINK_WORDS = { linked: "linked", missing: "no link", other: "another partner's", unknown: "unknown" };
const LINK_STATES = { linked: "full", missing: "none", other: "none", unknown: "unknown" };

const meta = JSON.parse(document.getElementById("meta").textContent);
const run = { targets: [], subscriptions: [], findings: [], tenants: new Map(), roles: new Map(), about: new Map(), groups: 0 };

// Reads every block and lets its text go.
function load() {
  for (const block of document.querySelectorAll("script[data-rows]")) {
    const rows = run[block.dataset.rows];
    for (const row of JSON.parse(block.textContent)) rows.push(row);
    block.remove();
  }
  run.targets.forEach(indexTarget);
  run.subscriptions.forEach(indexSubscription);
  run.findings.forEach(indexFinding);
}

function tenantOf(id) {
  const key = id.toLowerCase();
  if (!run.tenants.has(key)) run.tenants.set(key, { id, key, name: null, targets: [], subscriptions: [] });
  return run.tenants.get(key);
}

function indexTarget(target) {
  const tenant = tenantOf(target[TARGET.tenant]);
  tenant.targets.push(target);
  tenant.name ??= target[TARGET.tenantName];
  for (const role of target[TARGET.roles]) {
    const key = roleKey(target[TARGET.credential], target[TARGET.tenant], role[ROLE.id]);
    run.roles.set(key, [...(run.roles.get(key) ?? []), role]);
  }
}

function indexSubscription(subscription) {
  tenantOf(subscription[SUBSCRIPTION.tenant]).subscriptions.push(subscription);
  run.groups += subscription[SUBSCRIPTION.groups].length;
}

// Findings are looked up by scope, and by target where they have one.
function indexFinding(finding) {
  const keys = new Set();
  if (finding[FINDING.scope]) keys.add(finding[FINDING.scope].toLowerCase());
  if (finding[FINDING.credential]) keys.add(targetKey(finding[FINDING.credential], finding[FINDING.tenant] ?? ""));
  for (const key of keys) {
    if (!run.about.has(key)) run.about.set(key, []);
    run.about.get(key).push(finding);
  }
}

const roleKey = (credential, tenant, assignment) => `${credential}\n${tenant}\n${assignment}`.toLowerCase();
const targetKey = (credential, tenant) => `${credential}@${tenant}`.toLowerCase();
const subscriptionScope = (subscription) => `/subscriptions/${subscription[SUBSCRIPTION.id]}`;
const groupScope = (subscription, group) => `${subscriptionScope(subscription)}/resourceGroups/${group[GROUP.name]}`;
const stateOf = (tiers, tier) => STATES[tiers[TIERS.indexOf(tier)]];
const findingsAbout = (scope) => run.about.get(scope.toLowerCase()) ?? [];
const tenantName = (tenant) => tenant.name ?? tenant.id;

// The assignments behind a scope: who holds which role, where.
function sources(subscription, set) {
  return subscription[SUBSCRIPTION.sets][set].map((index) => {
    const [credential, tenant, assignment] = subscription[SUBSCRIPTION.sources][index];
    return { credential, tenant, assignment, roles: run.roles.get(roleKey(credential, tenant, assignment)) ?? [] };
  });
}

// Why a target is as it is, in a few words.
function whyTarget(target) {
  const [code, message] = target[TARGET.reason] ?? [];
  if (code) return `${code}: ${message}`;
  const found = findingsAbout(targetKey(target[TARGET.credential], target[TARGET.tenant]));
  return found.find((finding) => !finding[FINDING.excepted])?.[FINDING.message] ?? "";
}

// Why a scope is as it is: the finding that says so, else what is known.
function whyScope(scope, state, subscription) {
  const [finding] = findingsAbout(scope);
  if (finding && state !== "full") return finding[FINDING.message];
  if (state === "unknown") return whyUnknown(subscription);
  if (state === "none") return finding ? finding[FINDING.message] : "No linked credential holds a role that counts here.";
  if (state === "partial") return "Earned in part of it only.";
  return subscription[SUBSCRIPTION.complete] ? "" : "Stands, though not every fact could be read.";
}

function whyUnknown(subscription) {
  const blind = tenantOf(subscription[SUBSCRIPTION.tenant]).targets.filter((target) => target[TARGET.status] !== "verified");
  if (!blind.length) return meta.quick ? "Left out by --quick." : "A fact that could have changed this could not be read.";
  const [code] = blind[0][TARGET.reason] ?? ["not read"];
  return `${blind[0][TARGET.credential]} could not be read (${code}).`;
}
