// Nodes can be dragged: their wires are drawn anew, as `cgviz render --figure` draws those of nodes that it shifts
// (drawing/diagram/moves.py), and the figure is saved as it stands.

const [ARROW, BESIDE, LINE, BASE] = [7, 5, 1.17, 0.34]; // the head of an arrow, between wire and text, a line, its middle
const [FRAME, TITLE] = [10, 26]; // the room in the frame of a group, and that above for its title
const shifts = new Map(); // how far nodes were moved, by the id of their group
const original = new Map(); // the attributes of what was changed, by element
let dragged = null;
let moved_ = 0;
loaders.push(() => {
  shifts.clear();
  original.clear();
  offerMoves();
});

frame.addEventListener("pointerdown", (event) => {
  const group = event.target.closest("[data-node]");
  if (!group || event.button !== 0 || event.pointerType === "touch") return;
  dragged = { group, from: [event.clientX, event.clientY], at: shifts.get(group.id) ?? [0, 0] };
  moved_ = 0;
});
addEventListener("pointermove", (event) => {
  if (!dragged) return;
  const [dx, dy] = [event.clientX - dragged.from[0], event.clientY - dragged.from[1]];
  moved_ = Math.max(moved_, Math.hypot(dx, dy));
  if (moved_ > 4) place(dragged.group, dragged.at[0] + dx / zoom, dragged.at[1] + dy / zoom);
});
for (const kind of ["pointerup", "pointercancel"]) {
  addEventListener(kind, () => {
    if (dragged && shifts.has(dragged.group.id)) surround(pictureOf(dragged.group));
    dragged = null;
  });
}
byId("tidy").addEventListener("click", () => {
  for (const [element, before] of original) for (const [name, value] of before) value === null ? element.removeAttribute(name) : element.setAttribute(name, value);
  shifts.clear();
  original.clear();
  pictures.forEach(surround);
  offerMoves();
});
byId("save-figure").addEventListener("click", () => save(".toml", "application/toml", figureText()));

function offerMoves() {
  byId("tidy").hidden = byId("save-figure").hidden = !shifts.size;
}

// The moves as a figure file: what `cgviz render --figure` takes.
function figureText() {
  const { style, direction, fit: room, quick, parts } = chosenPicture();
  const moved = parts.filter(({ kind, element, index }) => kind === "n" && shifts.has(element.id) && !nodes[index].constant);
  const lines = moved.map(({ element, index }) => `${JSON.stringify(idOf(index))} = [${shifts.get(element.id).map((by) => Math.round(by * 10) / 10).join(", ")}]`);
  const window_ = Object.entries({ style, direction, room, quick }).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  return [`# cgviz render PROGRAM --figure ${idOf(facts.output)}.toml`, "[window]", ...window_, "", "[shift]", ...new Set(lines), ""].join("\n");
}

// Was the click that ends now a drag.
function wasDragged() {
  return moved_ > 4;
}

function pictureOf(group) {
  return pictures.find(({ svg }) => svg.contains(group));
}

function change_(element, name, value) {
  if (!original.has(element)) original.set(element, new Map());
  if (!original.get(element).has(name)) original.get(element).set(name, element.getAttribute(name));
  element.setAttribute(name, value);
}

function place(group, x, y) {
  shifts.set(group.id, [x, y]);
  offerMoves();
  const picture = pictureOf(group);
  const index = Number(group.dataset.node);
  for (const { element, kind, index: of, grid } of picture.parts) {
    if (!grid && of === index && kind !== "wire" && (kind !== "n" || element === group)) change_(element, "transform", `translate(${x} ${y})`);
  }
  for (const part of picture.parts.filter(({ kind, grid }) => kind === "wire" && !grid)) {
    const [a, b] = endsOf(part, picture);
    if (a === group || b === group) lead(part.shape, a, b, picture.direction === "LR");
  }
  for (const outline of picture.svg.querySelectorAll("g.group")) if (outline.dataset.members.split(" ").includes(group.id)) enclose(outline, picture);
}

function shiftOf(group) {
  return shifts.get(group.id) ?? [0, 0];
}

// The boxes between which a wire runs; one that starts at the name of a node that stands elsewhere stays with that.
function endsOf(part, { svg, parts }) {
  const prefix = svg.querySelector(".graph").id.replace(/graph$/, "");
  const target = byId(`${prefix}n${part.target}`);
  part.shape ??= shapeOf(part.element);
  if (!part.source) {
    const [x, y] = part.shape.start;
    const away = (element) => {
      const box = element.getBBox();
      return Math.hypot(Math.max(box.x - x, 0, x - box.x - box.width), Math.max(box.y - y, 0, y - box.y - box.height));
    };
    const own = parts.filter(({ kind, index, grid }) => !grid && index === part.index && ["n", "j"].includes(kind)).map(({ element }) => element);
    const all = [...own, ...svg.querySelectorAll(`g[id^="${prefix}g${part.index}-"]`)];
    const nearest = all.reduce((best, one) => (away(one) < away(best) ? one : best));
    part.source = own.includes(nearest) ? byId(`${prefix}n${part.index}`) : nearest;
  }
  return [part.source, target];
}

function shapeOf(element) {
  const path = element.querySelector("path");
  const head = element.querySelector("polygon");
  const start = path.getAttribute("d").match(/-?[\d.]+/g).slice(0, 2).map(Number);
  const tip = head.getAttribute("points").split(" ")[1].split(",").map(Number);
  const texts = [...element.children].filter((child) => !["path", "polygon", "title", "desc"].includes(child.tagName));
  return { path, head, start, tip, texts };
}

// Draws a wire anew between its ends: a curve along the flow, a straight line where it runs against it.
function lead({ path, head, start, tip, texts }, source, target, isFlat) {
  const turn = ([x, y]) => (isFlat ? [x, y] : [y, x]); // to (along, across) and back
  const by = (point, [x, y]) => [point[0] + x, point[1] + y];
  const from = turn(by(start, shiftOf(source)));
  let end = by(tip, shiftOf(target));
  const to = turn(end);
  let points;
  if (to[0] - ARROW > from[0] + ARROW) {
    const half = (from[0] + to[0] - ARROW) / 2;
    points = [from, [half, from[1]], [half, to[1]], [to[0] - ARROW, to[1]]].map(turn);
  } else {
    const [a, b] = [source, target].map((group) => by(middle(outlineOf(group)), shiftOf(group)));
    const begin = border(a, outlineOf(source), b);
    end = border(b, outlineOf(target), a);
    const length = Math.max(Math.hypot(end[0] - begin[0], end[1] - begin[1]), 0.01);
    const stop = mixed(end, begin, ARROW / length);
    points = [begin, mixed(begin, stop, 1 / 3), mixed(begin, stop, 2 / 3), stop];
  }
  change_(path, "d", `M${points[0]}C${points.slice(1).join(" ")}`);
  change_(head, "points", arrow(points[3], end).join(" "));
  const spot = path.getPointAtLength(path.getTotalLength() / 2);
  const [first, last] = [turn(points[0]), turn(points[3])];
  const isSteep = Math.abs(last[1] - first[1]) > 0.5 * Math.abs(last[0] - first[0]);
  texts.forEach((text, number) => {
    const [x, y, ...size] = roomOf(text);
    const room = turn(size).map((length) => (number ? 1 : -1) * (length / 2 + BESIDE));
    const away = turn(isSteep ? [room[0], 0] : [0, room[1]]);
    change_(text, "transform", `translate(${spot.x + away[0] - x} ${spot.y + away[1] - y})`);
  });
}

function arrow(before, tip) {
  const length = Math.hypot(tip[0] - before[0], tip[1] - before[1]) || 1;
  const [x, y] = [(tip[0] - before[0]) / length, (tip[1] - before[1]) / length];
  const side = (by) => [tip[0] - ARROW * x - by * y, tip[1] - ARROW * y + by * x];
  return [side(0.35 * ARROW), tip, side(-0.35 * ARROW), side(0.35 * ARROW)];
}

// The middle and the size of a text as it was laid out, or of a picture of cells.
function roomOf(text) {
  if (text.tagName !== "text") return [...middle(text), text.getBBox().width, text.getBBox().height];
  const [x, y, size] = ["x", "y", "font-size"].map((name) => Number(text.getAttribute(name)));
  return [x, y - BASE * size, text.getComputedTextLength(), LINE * size];
}

function outlineOf(group) {
  return group.querySelector("path, ellipse");
}

function middle(shape) {
  const { x, y, width, height } = shape.getBBox();
  return [x + width / 2, y + height / 2];
}

// Where the line from the middle of a box towards a point leaves the box.
function border([x, y], shape, [u, v]) {
  const { width, height } = shape.getBBox();
  const share = shape.tagName === "ellipse" ? width / 2 / Math.max(Math.hypot(u - x, v - y), 0.01) : Math.min(width / 2 / Math.max(Math.abs(u - x), 0.01), height / 2 / Math.max(Math.abs(v - y), 0.01));
  return mixed([x, y], [u, v], Math.min(share, 1));
}

function mixed(a, b, share) {
  return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
}

// Draws the frame of a group round its members, and round the texts at the wires between them.
function enclose(group, { parts }) {
  const members = group.dataset.members.split(" ").map(byId);
  const inside = parts.filter(({ kind, source, target }) => kind === "wire" && members.includes(source) && members.some((one) => one.dataset.node === String(target)));
  const shapes = [...members, ...inside.flatMap(({ shape }) => shape.texts)].map(seenBox);
  const [left, top] = ["left", "top"].map((side) => Math.min(...shapes.map((box) => box[side])));
  const [right, bottom] = ["right", "bottom"].map((side) => Math.max(...shapes.map((box) => box[side])));
  change_(group.querySelector("path"), "d", `M${left - FRAME},${top - TITLE}H${right + FRAME}V${bottom + FRAME}H${left - FRAME}z`);
  const title = group.querySelector("text");
  change_(title, "x", left);
  change_(title, "y", top - TITLE / 2 + BASE * Number(title.getAttribute("font-size")));
}

function seenBox(element) {
  const { x, y, width, height } = element.getBBox();
  const [, dx = 0, dy = 0] = (element.getAttribute("transform") ?? "").match(/\(([-\d.e]+) ([-\d.e]+)\)/)?.map(Number) ?? [];
  return { left: x + dx, top: y + dy, right: x + dx + width, bottom: y + dy + height };
}

// Makes a picture as large as what is in it.
const MARGIN = 10;
function surround(picture) {
  const { svg } = picture;
  const graph = svg.querySelector(".graph");
  if (shifts.size) {
    const { x, y, width, height } = graph.getBBox();
    change_(graph, "transform", `translate(${MARGIN - x} ${MARGIN - y})`);
    change_(svg, "viewBox", `0 0 ${Math.ceil(width + 2 * MARGIN)} ${Math.ceil(height + 2 * MARGIN)}`);
  }
  [, , picture.width, picture.height] = svg.getAttribute("viewBox").split(" ").map(Number);
  overview.replaceChildren();
  isFitted ? fit() : scale(zoom);
}
