// Nodes can be dragged: a node takes its ends of the wires along, and the figure is saved as it stands.

const shifts = new Map(); // how far nodes were moved, by the id of their group
let dragged = null;
let moved_ = 0;
loaders.push(() => {
  shifts.clear();
  offerMoves();
});

frame.addEventListener("pointerdown", (event) => {
  const group = event.target.closest("[data-node]");
  if (!group || event.button !== 0 || event.pointerType === "touch") return;
  const [x, y] = shifts.get(group.id) ?? [0, 0];
  dragged = { group, from: [event.clientX, event.clientY], at: [x, y] };
  moved_ = 0;
});
addEventListener("pointermove", (event) => {
  if (!dragged) return;
  const [dx, dy] = [event.clientX - dragged.from[0], event.clientY - dragged.from[1]];
  moved_ = Math.max(moved_, Math.hypot(dx, dy));
  if (moved_ > 4) place(dragged.group, dragged.at[0] + dx / zoom, dragged.at[1] + dy / zoom);
});
for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, () => (dragged = null));
byId("tidy").addEventListener("click", () => {
  for (const id of [...shifts.keys()]) place(byId(id), 0, 0);
  shifts.clear();
  offerMoves();
});
byId("save-figure").addEventListener("click", () => save(`${nodes[facts.output].name}.toml`, "application/toml", figureText()));

function offerMoves() {
  byId("tidy").hidden = byId("save-figure").hidden = !shifts.size;
}

// The moves as a figure file: what `cgviz render --figure` takes.
function figureText() {
  const { style, direction, fit: room, parts } = chosenPicture();
  const moved = parts.filter(({ kind, element, index }) => kind === "n" && shifts.has(element.id) && !nodes[index].constant);
  const lines = moved.map(({ element, index }) => `${JSON.stringify(idOf(index))} = [${shifts.get(element.id).map((by) => Math.round(by * 10) / 10).join(", ")}]`);
  const command = `# cgviz render PROGRAM --style ${style} --direction ${direction} --fit ${room} --figure ${nodes[facts.output].name}.toml`;
  return [command, "[shift]", ...new Set(lines), ""].join("\n");
}

// Was the click that ends now a drag.
function wasDragged() {
  return moved_ > 4;
}

function place(group, x, y) {
  shifts.set(group.id, [x, y]);
  offerMoves();
  const picture = pictures.find(({ parts }) => parts.some(({ element }) => element === group));
  const index = Number(group.dataset.node);
  const of = (kind, at) => picture.parts.find((part) => part.kind === kind && part.index === at && !part.grid);
  for (const part of picture.parts) {
    if (part.index === index && ["t", "j"].includes(part.kind)) part.element.setAttribute("transform", `translate(${x} ${y})`);
  }
  group.setAttribute("transform", `translate(${x} ${y})`);
  for (const part of picture.parts.filter(({ kind, grid }) => kind === "wire" && !grid)) {
    if (part.target === index || part.index === index) bend(part, shiftOf(of("n", part.index)), shiftOf(of("n", part.target)));
  }
  for (const part of picture.parts.filter(({ kind, grid }) => kind === "end" && !grid)) {
    if (part.index === index) part.element.setAttribute("transform", `translate(${x} ${y})`);
  }
}

function shiftOf(part) {
  return (part && shifts.get(part.element.id)) ?? [0, 0];
}

// Moves the points of a wire: at its source as that moves, at its target as that does, between them by their part of the way.
function bend(part, [ax, ay], [bx, by]) {
  part.shape ??= shapeOf(part.element);
  const { path, points, tips, texts } = part.shape;
  const at = (t) => [(1 - t) * ax + t * bx, (1 - t) * ay + t * by];
  const last = Math.max(1, points.length - 1);
  const moved = points.map(([x, y], i) => [x + at(i / last)[0], y + at(i / last)[1]]);
  path.setAttribute("d", `M${moved[0]}C${moved.slice(1).join(" ")}`);
  for (const { element } of tips) element.setAttribute("transform", `translate(${bx} ${by})`);
  for (const { element, t } of texts) element.setAttribute("transform", `translate(${at(t)})`);
}

function shapeOf(element) {
  const path = element.querySelector("path");
  const numbers = path.getAttribute("d").match(/-?[\d.]+/g).map(Number);
  const points = [];
  for (let i = 0; i + 1 < numbers.length; i += 2) points.push([numbers[i], numbers[i + 1]]);
  const near = (x, y) => points.reduce((best, [u, v], i) => (Math.hypot(u - x, v - y) < best[0] ? [Math.hypot(u - x, v - y), i] : best), [Infinity, 0])[1];
  const others = [...element.children].filter((child) => !["path", "polygon", "title", "desc"].includes(child.tagName));
  const texts = others.map((child) => {
    const box = child.getBBox();
    return { element: child, t: near(box.x + box.width / 2, box.y + box.height / 2) / Math.max(1, points.length - 1) };
  });
  return { path, points, tips: [...element.querySelectorAll("polygon")].map((tip) => ({ element: tip })), texts };
}
