// From the run and the view to the rows of the tree, in order: tenant, its credentials, its subscriptions, their
// groups. Pure but for `opened`, which remembers what the reader opened or closed.

const opened = new Map(); // row key to true or false, where the reader said so
const OPEN_AT_ONCE = 400; // rows that a search may open by itself

function rows() {
  const asked = filter();
  const tenants = [...run.tenants.values()]
    .filter((tenant) => !view.tenant || tenant.key === view.tenant.toLowerCase())
    .map((tenant) => matching(tenant, asked))
    .filter((found) => found);
  tenants.sort(tenantOrder());
  const matches = tenants.reduce((sum, found) => sum + found.size, 0);
  const lavish = asked.active && matches <= OPEN_AT_ONCE;
  const list = [];
  tenants.forEach((found, index) => addTenant(list, found, lavish, asked, [index + 1, tenants.length]));
  return { list, matches: count(tenants), tenants: tenants.length };
}

// What of a tenant is to be shown; null for nothing.
function matching(tenant, asked) {
  const whole = asked.text(tenant.name, tenant.id);
  const targets = asked.kind("target")
    ? tenant.targets.filter((target) => (whole || asked.text(target[TARGET.credential], target[TARGET.object])) && asked.state(LINK_STATES[target[TARGET.link][LINK.state]]))
    : [];
  const subscriptions = tenant.subscriptions.map((one) => matchingSubscription(one, asked, whole)).filter((found) => found);
  const size = targets.length + subscriptions.reduce((sum, found) => sum + Number(found.own) + found.groups.length, 0);
  if (!size && (asked.active || tenant.targets.length || tenant.subscriptions.length) && !(whole && asked.query && !view.state && !view.kind)) return null;
  return { tenant, targets, subscriptions, size };
}

function matchingSubscription(subscription, asked, whole) {
  const named = whole || asked.text(subscription[SUBSCRIPTION.name], subscription[SUBSCRIPTION.id]);
  const own = named && asked.kind("subscription") && asked.state(stateOf(subscription[SUBSCRIPTION.tiers], view.tier));
  const groups = asked.kind("group")
    ? subscription[SUBSCRIPTION.groups].filter((group) => (named || asked.text(group[GROUP.name])) && asked.state(stateOf(group[GROUP.tiers], view.tier)))
    : [];
  return own || groups.length ? { subscription, own, groups } : null;
}

function count(tenants) {
  const numbers = { targets: 0, subscriptions: 0, groups: 0 };
  for (const found of tenants) {
    numbers.targets += found.targets.length;
    for (const one of found.subscriptions) {
      numbers.subscriptions += Number(one.own);
      numbers.groups += one.groups.length;
    }
  }
  return numbers;
}

function tenantOrder() {
  const byName = (a, b) => compare(tenantName(a.tenant), tenantName(b.tenant)) || compare(a.tenant.key, b.tenant.key);
  if (view.sort === "name") return byName;
  if (view.sort === "most") return (a, b) => b.tenant.subscriptions.length - a.tenant.subscriptions.length || byName(a, b);
  const badness = new Map();
  const bad = (found) => badness.get(found) ?? badness.set(found, wanting(found)).get(found);
  return (a, b) => bad(b) - bad(a) || byName(a, b);
}

// Links and subscriptions of a tenant that are not as they should be.
function wanting({ tenant }) {
  const links = tenant.targets.filter((target) => target[TARGET.link][LINK.state] !== "linked").length;
  const scopes = tenant.subscriptions.filter((one) => stateOf(one[SUBSCRIPTION.tiers], view.tier) !== "full").length;
  return links + scopes;
}

const compare = (a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : a.toLowerCase() > b.toLowerCase() ? 1 : 0);
const isOpen = (key, usual) => opened.get(key) ?? usual;

function addTenant(list, found, lavish, asked, place) {
  const key = found.tenant.key;
  const children = found.targets.length + found.subscriptions.length;
  const open = children > 0 && isOpen(key, lavish || run.tenants.size <= 12 || Boolean(view.tenant));
  list.push({ kind: "tenant", key, level: 1, place, open: children ? open : null, data: found.tenant });
  if (!open) return;
  found.targets.forEach((target, index) => {
    list.push({ kind: "target", key: targetKey(target[TARGET.credential], target[TARGET.tenant]), level: 2, place: [index + 1, children], open: null, data: target });
  });
  sorted(found.subscriptions).forEach((one, index) => addSubscription(list, one, lavish, asked, [found.targets.length + index + 1, children]));
}

function addSubscription(list, { subscription, groups }, lavish, asked, place) {
  const key = subscriptionScope(subscription).toLowerCase();
  const open = groups.length > 0 && isOpen(key, lavish && (Boolean(asked.query) || view.kind === "group" || Boolean(view.state)));
  list.push({ kind: "subscription", key, level: 2, place, open: groups.length ? open : null, data: subscription });
  if (!open) return;
  groups.forEach((group, index) => {
    list.push({ kind: "group", key: groupScope(subscription, group).toLowerCase(), level: 3, place: [index + 1, groups.length], open: null, data: group, subscription });
  });
}

function sorted(found) {
  const name = (one) => one.subscription[SUBSCRIPTION.name];
  const byName = (a, b) => compare(name(a), name(b));
  if (view.sort === "name") return [...found].sort(byName);
  if (view.sort === "most") return [...found].sort((a, b) => b.groups.length - a.groups.length || byName(a, b));
  const rank = (one) => WORST[stateOf(one.subscription[SUBSCRIPTION.tiers], view.tier)];
  return [...found].sort((a, b) => rank(a) - rank(b) || byName(a, b));
}

// Every key that can be opened, for "Expand all" and for finding a deep link's way down.
function openPath(scope) {
  const wanted = scope.toLowerCase();
  for (const subscription of run.subscriptions) {
    const key = subscriptionScope(subscription).toLowerCase();
    if (wanted === key || wanted.startsWith(`${key}/`)) {
      opened.set(subscription[SUBSCRIPTION.tenant].toLowerCase(), true);
      if (wanted !== key) opened.set(key, true);
      return;
    }
  }
  for (const target of run.targets) {
    if (targetKey(target[TARGET.credential], target[TARGET.tenant]) === wanted) opened.set(target[TARGET.tenant].toLowerCase(), true);
  }
}

function openAll(open) {
  for (const key of run.tenants.keys()) opened.set(key, open);
  for (const subscription of run.subscriptions) opened.set(subscriptionScope(subscription).toLowerCase(), open);
}
