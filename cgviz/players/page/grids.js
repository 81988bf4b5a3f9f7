// Arrays in the picture: the numbers of a small one, the heat map of a larger one, at the inputs of the moment.

// What there is to write in the group of an array: its entries, or the cells of its map, the bar and the notes.
function gridOf(element, kind, { index }) {
  const texts = (name) => [...element.querySelectorAll(`text.${name}`)];
  const grid = { kind, entries: texts("entry"), notes: texts("note"), cells: [], bar: [] };
  if (!grid.entries.length && nodes[index].blocks) mapInto(grid, element, nodes[index].blocks);
  return grid;
}

// The cells of a heat map as elements of their own in place of one path for each colour.
function mapInto(grid, element, [rows, columns]) {
  const paths = [...element.querySelectorAll("path[shape-rendering]")];
  if (!paths.length) return;
  const layer = svgElement("g", { transform: paths[0].getAttribute("transform"), "shape-rendering": "crispEdges" });
  const boxes = paths.flatMap((path) => [...path.getAttribute("d").matchAll(/M([\d.]+),([\d.]+)h([\d.]+)v([\d.]+)/g)].map((found) => found.slice(1).map(Number)));
  boxes.sort((a, b) => a[1] - b[1] || a[0] - b[0]);
  const left = Math.min(...boxes.map(([x]) => x));
  const right = left + columns * boxes.find(([x]) => x === left)[2];
  for (const [x, y, width, height] of boxes) {
    const cell = svgElement("rect", { x, y, width, height });
    (x < right ? grid.cells : grid.bar).push(cell);
    layer.append(cell);
  }
  grid.size = [rows, columns];
  paths[0].before(layer);
  paths.forEach((path) => path.remove());
}

function svgElement(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function drawGrid({ element, grid, kind, index, target, slot }) {
  const [value, known] = gridValue(grid.kind, kind, index, target, slot);
  toggle(element, { unknown: !known, later: !known });
  if (!known || !isArray(value) || element.shown === value) return;
  element.shown = value;
  grid.entries.forEach((text, k) => say(text, number(value[k] ?? 0)));
  if (grid.cells.length) drawMap(grid, value.map((x) => x ?? 0), nodes[index].shape);
}

function gridValue(what, kind, index, target, slot) {
  if (what === "value") return [run.values[index], valueKnown(kind === "wire" ? target : index)];
  if (kind === "wire") return [contribution(run, target, slot), state.show === "gradient" && contributionKnown(target, slot)];
  if (state.show === "tangent") return [tangent[index], valueKnown(index)];
  const zeros = isArray(run.values[index]) ? run.values[index].map(() => 0) : 0;
  return [run.gradients[index] ?? zeros, state.show === "gradient" && gradientKnown(index)];
}

function drawMap(grid, value, shape) {
  const [rows, columns] = grid.size;
  const blocks = averaged(value, value.length / shape.at(-1), shape.at(-1), rows, columns);
  const finite = blocks.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const scale = grid.kind === "value" ? "value" : "gradient";
  grid.cells.forEach((cell, k) => (cell.style.fill = tone(blocks[k], low, high, scale)));
  grid.bar.forEach((cell, k) => (cell.style.fill = tone(high + ((low - high) * k) / Math.max(1, grid.bar.length - 1), low, high, scale)));
  const digits = Math.min(facts.digits, 3);
  const [top, ...rest] = grid.notes;
  const isSigned = low < 0 && high > 0;
  const zero = rest.find((text) => (text.zero ??= text.textContent === "0"));
  const bottom = rest.find((text) => text !== zero);
  if (top) say(top, number(high, digits));
  if (bottom) say(bottom, number(low, digits));
  if (zero) zero.style.visibility = isSigned && low / high < -0.2 && low / high > -5 ? "" : "hidden";
  const mean = grid.notes.find((text) => (text.mean ??= text.textContent.startsWith("mean")));
  if (mean) say(mean, `mean ${number(value.reduce((a, b) => a + b, 0) / value.length, digits)}`);
}

function averaged(value, rows, columns, down, across) {
  if (rows === down && columns === across) return value;
  const cut = (length, count, i) => Math.floor((i * length) / count);
  return Array.from({ length: down * across }, (_, k) => {
    const [i, j] = [Math.floor(k / across), k % across];
    let [sum, count] = [0, 0];
    for (let row = cut(rows, down, i); row < cut(rows, down, i + 1); row++) {
      for (let column = cut(columns, across, j); column < cut(columns, across, j + 1); column++) {
        sum += value[row * columns + column];
        count += 1;
      }
    }
    return sum / count;
  });
}

// A colour between the ends of the theme's scale; 0 has the middle one where there are both signs.
function tone(x, low, high, scale) {
  if (!Number.isFinite(x)) return "var(--flag)";
  const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
  let part = x / most;
  if (!(low < 0 && high > 0)) part = high === low ? 0.5 * Math.sign(high) : low >= 0 ? (x - low) / (high - low) : -(high - x) / (high - low);
  const end = part < 0 ? "low" : "high";
  return `color-mix(in srgb, var(--${scale}-${end}) ${Math.round(Math.abs(part) * 100)}%, var(--${scale}-middle))`;
}
