// The panel beside the tree: everything about one row, with what to copy.

const panel = document.getElementById("detail");

function select(row) {
  view.at = row.key;
  view.section = "scopes";
  writeAddress();
  panel.replaceChildren(head(row), ...DETAILS[row.kind](row));
  panel.hidden = false;
  panel.scrollTop = 0;
  panel.parentElement.classList.add("with-detail");
  if (matchMedia("(max-width: 900px)").matches) panel.focus();
  requestAnimationFrame(draw);
}

function closeDetail() {
  if (panel.hidden) return;
  panel.hidden = true;
  panel.parentElement.classList.remove("with-detail");
  view.at = "";
  writeAddress();
  tree.focus();
  requestAnimationFrame(draw);
}

const KIND_WORDS = { tenant: "Tenant", target: "Credential", subscription: "Subscription", group: "Resource group" };

function head(row) {
  return make(
    "div.detail-head", {},
    make("p.detail-kind", {}, icon(row.kind), KIND_WORDS[row.kind]),
    make("h3", {}, CELLS[row.kind](row).name),
    make("button.close", { type: "button", "aria-label": "Close details", click: closeDetail }, icon("close")),
  );
}

const DETAILS = {
  tenant: ({ data: tenant }) => [
    facts([["Tenant ID", tenant.id, true], ["Credentials", String(tenant.targets.length)], ["Subscriptions", String(tenant.subscriptions.length)]]),
  ],
  target: ({ data: target }) => [
    facts([...linkFacts(target), ["Tenant ID", target[TARGET.tenant], true], ["Object ID", target[TARGET.object], true], ["Secret ends", target[TARGET.expires]]]),
    part("Roles held", target[TARGET.roles].map(roleItem), "No role was seen."),
    findingPart(targetKey(target[TARGET.credential], target[TARGET.tenant])),
  ],
  subscription: ({ data: subscription }) => [
    tierTable(subscription[SUBSCRIPTION.tiers]),
    facts([
      ["Subscription ID", subscription[SUBSCRIPTION.id], true], ["Tenant ID", subscription[SUBSCRIPTION.tenant], true],
      ["Azure state", subscription[SUBSCRIPTION.enabled]], ["Offer", subscription[SUBSCRIPTION.quota]],
      ["Seen by", subscription[SUBSCRIPTION.seen].join(", ")], ["Facts", subscription[SUBSCRIPTION.complete] ? "complete" : "some could not be read"],
    ]),
    part("Earned through", sources(subscription, subscription[SUBSCRIPTION.by]).map(sourceItem), whyScope(subscriptionScope(subscription), stateOf(subscription[SUBSCRIPTION.tiers], view.tier), subscription)),
    findingPart(subscriptionScope(subscription)),
  ],
  group: ({ data: group, subscription }) => [
    tierTable(group[GROUP.tiers]),
    facts([["Resource group", groupScope(subscription, group), true], ["Subscription", subscription[SUBSCRIPTION.name]]]),
    part("Earned through", sources(subscription, group[GROUP.by]).map(sourceItem), whyScope(groupScope(subscription, group), stateOf(group[GROUP.tiers], view.tier), subscription)),
    findingPart(groupScope(subscription, group)),
  ],
};

function linkFacts(target) {
  const link = target[TARGET.link];
  const [code, message, status] = target[TARGET.reason] ?? [];
  return [
    ["Link", LINK_WORDS[link[LINK.state]]], ["Linked to", [link[LINK.partner], link[LINK.name]].filter(Boolean).join(" · ")],
    ["Expected", target[TARGET.wanted] === "absent" ? "no link (off-boarding)" : target[TARGET.expected]],
    ["Linked since", link[LINK.created]], ["Changed", link[LINK.updated]],
    ["Read", target[TARGET.status]], ["Reason", code && `${code}${status ? ` (HTTP ${status})` : ""}: ${message}`],
  ];
}

function facts(pairs) {
  const told = pairs.filter(([, value]) => value);
  return make("dl.facts", {}, ...told.flatMap(([term, value, id]) => [make("dt", {}, term), make(id ? "dd.id" : "dd", {}, make("span", {}, value), id ? copyButton(value) : null)]));
}

function tierTable(tiers) {
  return make("ul.tier-list", {}, ...TIERS.map((tier) => make("li", {}, TIER_WORDS[tier], tier === meta.require ? make("span.tag", {}, "required") : null, chip(stateOf(tiers, tier)))));
}

function part(title, items, empty) {
  return make("section.part", {}, make("h4", {}, title), items.length ? make("ul.items", {}, ...items.slice(0, 50)) : make("p.muted", {}, empty), items.length > 50 ? make("p.muted", {}, `and ${items.length - 50} more`) : null);
}

const ELIGIBLE = { yes: "counts for credit", no: "does not count for credit", undocumented: "not in Microsoft's table" };
const STANDING = { true: "standing", false: "time-bound", null: "standing unknown" };

function roleItem(role) {
  return make(
    "li", {},
    make("b", {}, role[ROLE.name]),
    make("span.muted", {}, ` ${ELIGIBLE[role[ROLE.eligible]]} · ${role[ROLE.via]} · ${STANDING[role[ROLE.standing]]}`),
    make("span.id", {}, make("span", {}, role[ROLE.scope]), copyButton(role[ROLE.id], "Copy ID")),
  );
}

function sourceItem(source) {
  const roles = source.roles.length ? source.roles.map((role) => `${role[ROLE.name]} (${ELIGIBLE[role[ROLE.eligible]]}, at the ${role[ROLE.kind].replace("-", " ")})`).join(", ") : "role not listed";
  return make("li", {}, make("b", {}, roles), make("span.muted", {}, ` held by ${source.credential}`), make("span.id", {}, make("span", {}, source.assignment), copyButton(source.assignment, "Copy ID")));
}

function findingPart(scope) {
  const found = findingsAbout(scope);
  return found.length ? make("section.part", {}, make("h4", {}, "Findings"), ...found.slice(0, 20).map((finding) => findingElement(finding, false))) : "";
}
