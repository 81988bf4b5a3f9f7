// The pictures: every number in its place, what is not yet known invisible, the paths of influence of one node.

const ROOM = 9; // as many letters of a number as the layout left room for
const [LETTER, LEGIBLE] = [13, 5]; // the size of texts in a picture, and the least that is read on a screen, in pixels
const frame = byId("frame");
const partOf = new Map(); // the part that each group of an SVG is
const watch = new IntersectionObserver(noteNear, { root: frame, rootMargin: "150px" });
let pictures = [];
loaders.push(() => {
  watch.disconnect();
  partOf.clear();
  pictures = facts.pictures.map(bound);
});
views.push(drawPictures);

// Finds the parts of one picture by their ids: n3 a node, t3 its trunk, e5-0 the wire into an operand of node 5.
function bound({ style, direction, fit, quick, prefix }) {
  const svg = byId(`${prefix}graph`).ownerSVGElement;
  const parts = [];
  for (const element of svg.querySelectorAll(`g[id^="${prefix}"]`)) {
    const match = element.id.slice(prefix.length).match(/^(?:([ntj])(\d+)|e(\d+)-(\d+)|(e-end|end))(?:-(\w+))?$/);
    if (!match) continue;
    const part = { element, texts: [], near: true };
    if (match[3]) Object.assign(part, { kind: "wire", target: +match[3], slot: +match[4] });
    else Object.assign(part, { kind: match[1] ?? "end", index: match[5] ? facts.output : +match[2] });
    if (part.kind === "wire") part.index = nodes[part.target].args[part.slot];
    if (match[6]) {
      parts.push(Object.assign(part, { grid: gridOf(element, match[6], part) }));
      continue;
    }
    for (const text of element.querySelectorAll("text")) {
      if (text.closest("g[id]") === element) part.texts.push({ element: text, kind: text.classList[0], first: text.textContent });
    }
    if (part.kind === "n") listen(part);
    parts.push(part);
    partOf.set(element, part);
    watch.observe(element);
  }
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  return { style, direction, fit, quick, svg, parts, width, height };
}

function listen(part) {
  const { element, index } = part;
  element.setAttribute("tabindex", "0");
  element.setAttribute("role", "button");
  element.dataset.node = index;
  const [enter, leave] = [() => change({ hovered: index }), () => change({ hovered: null })];
  label(element, index);
  element.addEventListener("focus", () => label(element, index));
  element.addEventListener("mouseenter", enter);
  element.addEventListener("mouseleave", leave);
  element.addEventListener("focus", enter);
  element.addEventListener("blur", leave);
  const choose = () => change({ chosen: state.chosen === index ? null : index });
  element.addEventListener("click", () => wasDragged() || choose());
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter") choose();
  });
  part.badge = badgeOf(element);
}

// A remark at the upper edge of a node: a tie, a kink, a pole, as the inputs reach it.
function badgeOf(element) {
  const badge = document.createElementNS("http://www.w3.org/2000/svg", "text");
  for (const [name, value] of Object.entries({ class: "badge", "text-anchor": "middle", "font-size": 11 })) badge.setAttribute(name, value);
  element.append(badge);
  return badge;
}

function badgeText(index) {
  return state.predict || !valueKnown(index) || state.show === "symbols" ? "" : remark(index);
}

function drawBadge({ element, badge }, text) {
  if (!say(badge, text.split(/[:,]/)[0]) || !text) return;
  const shape = element.querySelector("path, ellipse, polygon").getBBox();
  badge.setAttribute("x", shape.x + shape.width / 2);
  badge.setAttribute("y", shape.y - 4);
}

// What is far outside the frame is drawn when it comes near: a large graph is mostly out of sight.
function noteNear(entries) {
  for (const { target, isIntersecting } of entries) {
    const part = partOf.get(target);
    if (!part) continue;
    if (isIntersecting && !part.near) drawPart(part, influence(state.hovered ?? state.chosen));
    part.near = isIntersecting;
  }
}

// The picture in the style and, where there is one, in the direction that was chosen.
function chosenPicture() {
  const styled = pictures.filter(({ style }) => style === state.style);
  return styled.find(({ direction }) => direction === state.direction) ?? styled[0] ?? pictures[0];
}

function drawPictures() {
  const near = influence(state.hovered ?? state.chosen);
  for (const picture of pictures) {
    const seen = picture === chosenPicture();
    picture.svg.toggleAttribute("hidden", !seen);
    picture.svg.classList.toggle("tracing", near !== null);
    if (seen) picture.parts.forEach((part) => (part.near || everything) && drawPart(part, near));
  }
}

function drawPart(part, near) {
  const { element, kind, index, target, slot } = part;
  if (part.grid) return drawGrid(part);
  const isWire = kind === "wire";
  const step = current();
  const active = step && (isWire ? step.target === target && step.slot === slot : kind === "n" && step.index === index);
  const badge = part.badge ? badgeText(index) : "";
  const feeds = step?.kind === "forward" && isWire && step.index === target;
  toggle(element, {
    later: !valueKnown(isWire ? target : index),
    "active-forward": (active && step.kind === "forward") || feeds,
    "active-backward": active && step.kind !== "forward",
    blocked: isWire && contribution(run, target, slot) === null,
    chosen: kind === "n" && state.chosen === index,
    cornered: badge !== "",
    folded: isFolded(isWire ? target : index) || (isWire && isFolded(index)),
    aside: near !== null && !(isWire ? near.has(index) && near.has(target) : near.has(index)),
  });
  if (everything || isLegible()) part.texts.forEach((text) => drawText(text, part));
  if (part.badge) drawBadge(part, badge);
  if (kind === "n" && (everything || element === document.activeElement)) label(element, index);
}

// Numbers too small to be read are written when nothing else happens.
function isLegible() {
  return zoom * LETTER > LEGIBLE;
}

function drawText({ element, kind, first }, { index, target, slot }) {
  const node = nodes[index];
  const symbols = state.show === "symbols";
  if (kind === "value") {
    put(element, symbols ? node.name : shown(run.values[index], index), valueKnown(index));
  } else if (kind === "gradient") {
    put(element, ...secondNumber(index));
  } else if (kind === "contribution") {
    put(element, ...alongWire(index, target, slot));
  } else if (kind === "local") {
    toggle(element, { unknown: !valueKnown(target) || (state.show === "gradient" && !localKnown(target, slot)) });
  } else if (kind === "caption" && first.startsWith("∂")) {
    put(element, state.show === "tangent" ? tangentCaption(index, first) : first, state.show !== "value");
  }
}

// The red number of a node: its gradient, or what stands in its place.
function secondNumber(index) {
  if (state.show === "symbols") return [`d${nodes[index].name}`, valueKnown(index)];
  if (state.show === "tangent") return [shown(tangent[index], index), valueKnown(index)];
  return [shown(run.gradients[index] ?? 0, index), state.show === "gradient" && gradientKnown(index)];
}

// What a wire carries: backwards its contribution, forwards its share of the tangent.
function alongWire(index, target, slot) {
  const local = run.slopes[target][slot];
  if (state.show === "symbols") return [`× ${nodes[target].locals[slot]}`, valueKnown(target)];
  if (state.show === "tangent") return [number(local == null ? null : local * tangent[index]), valueKnown(target)];
  return [shown(contribution(run, target, slot), index), state.show === "gradient" && contributionKnown(target, slot)];
}

function localKnown(target, slot) {
  return state.predict || state.step >= (replay.edge.get(`${target}-${slot}`) ?? state.step);
}

function tangentCaption(index, first) {
  const text = rate(index);
  return text.length <= first.length + 2 ? text : "tangent";
}

// Writes a text that is squeezed where it is longer than its room.
function put(element, text, known) {
  toggle(element, { unknown: !known });
  if (!say(element, text)) return;
  const size = Number(element.getAttribute("font-size"));
  if (text.length > ROOM + 1 && element.classList[0] !== "caption") {
    element.setAttribute("textLength", (ROOM + 1) * size * 0.56);
    element.setAttribute("lengthAdjust", "spacingAndGlyphs");
  } else element.removeAttribute("textLength");
}

// A node is named by what stands in it, and described in words.
function label(element, index) {
  const node = nodes[index];
  const seen = [...element.querySelectorAll("text")].filter((text) => text.textContent && !text.classList.contains("unknown"));
  const parts = [node.number ? `stage ${node.number}` : "input"];
  parts.push(valueKnown(index) ? `value ${shown(run.values[index], index)}` : "not yet computed");
  if (gradientKnown(index)) parts.push(`gradient ${shown(run.gradients[index] ?? 0, index)}`);
  element.setAttribute("aria-label", seen.map((text) => text.textContent.trim()).join(" ") || node.name);
  element.setAttribute("aria-description", parts.join(", "));
}

// Every node that a node depends on or has influence on, itself too; null for none.
function influence(index) {
  if (index === null) return null;
  const near = new Set([index]);
  const back = [index];
  while (back.length) for (const arg of nodes[back.pop()].args) if (!near.has(arg)) near.add(arg), back.push(arg);
  const forth = [index];
  while (forth.length) for (const [target] of users[forth.pop()]) if (!near.has(target)) near.add(target), forth.push(target);
  return near;
}
