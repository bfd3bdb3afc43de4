// Making elements. Text only ever becomes text: nothing here, or anywhere in this page, writes markup.

const SVG = "http://www.w3.org/2000/svg";

// make("p.muted", { title: "…" }, child, …): strings become text nodes, null and false nothing.
function make(selector, attributes = {}, ...children) {
  const [name, ...classes] = selector.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

const chip = (state, word = state) => make(`span.chip.state-${state}`, {}, icon(state), word);

// The three tiers at a glance; the letters and the label say the same as the icons.
function tierMarks(tiers) {
  const label = TIERS.map((tier) => `${TIER_WORDS[tier]} ${stateOf(tiers, tier)}`).join(", ");
  const marks = TIERS.map((tier) => make(`span.mark.state-${stateOf(tiers, tier)}`, {}, tier[0].toUpperCase(), icon(stateOf(tiers, tier))));
  return make("span.marks", { title: label }, make("span.unseen", {}, label), ...marks.map((mark) => (mark.setAttribute("aria-hidden", "true"), mark)));
}

// A bar of the states below a row. Widths are set through the style object, which the page's policy allows.
function miniBar(numbers) {
  const total = Object.values(numbers).reduce((sum, number) => sum + number, 0);
  const parts = Object.entries(numbers).filter(([, number]) => number);
  const bar = make("span.mini", { title: parts.map(([state, number]) => `${number} ${state}`).join(", ") });
  for (const [state, number] of parts) {
    const part = make(`span.mini-part.back-${state}`);
    part.style.width = `${(100 * number) / total}%`;
    bar.append(part);
  }
  return bar;
}

function copyButton(text, label = "Copy") {
  const button = make("button.copy", { type: "button", click: () => copy(text, button) }, icon("copy"), make("span", {}, label));
  return button;
}

async function copy(text, button) {
  const done = await put(text);
  const word = button.lastElementChild;
  const before = word.dataset.word ?? word.textContent;
  word.dataset.word = before;
  word.textContent = done ? "Copied" : "Press Ctrl+C";
  say(done ? "Copied to the clipboard" : "The browser does not allow copying");
  setTimeout(() => (word.textContent = before), 1600);
}

// The clipboard API is there on https and on disk; elsewhere the older way still works.
async function put(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = make("textarea.unseen", { readonly: true });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

const command = (text) => make("div.command", {}, make("pre", { tabindex: "0" }, make("code", {}, text)), copyButton(text));

function say(text) {
  document.getElementById("said").textContent = text;
}

const plural = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

// Waits for a pause in typing.
function settled(act, pause = 120) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, pause);
  };
}
