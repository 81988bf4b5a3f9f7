// Both passes at the inputs of the moment, from the written functions `forward` and `slopes`. The value of an array is
// the list of its elements in row-major order; in a gradient, an element that nothing reaches is null.

function computed(inputs) {
  const values = start.values.slice();
  let locals = start.slopes;
  const insides = new Map(); // of stages that were opened: the values of their inner gates
  if (facts.live) {
    facts.inputs.forEach((index, place) => (values[index] = inputs[place]));
    written.forward(values, (index, v) => stageOf(index, v, insides));
    locals = written.slopes(values);
    nodes.forEach((node, index) => (locals[index] ??= node.args.map(() => undefined)));
  }
  return backward({ values, slopes: locals, insides });
}

// The value of a stage that has to do with arrays.
function stageOf(index, values, insides) {
  const part = written.parts[index];
  const node = nodes[index];
  if (part.nodes) return opened(part, node, values, index, insides);
  const gate = written.gates[part.gate];
  const operands = node.args.map((arg) => values[arg]);
  const maps = placesOf(index);
  return Array.from({ length: sizeOf(node.shape) }, (_, k) => gate.value(operands.map((x, slot) => pick(x, maps[slot], k))));
}

function pick(x, map, k) {
  return isArray(x) ? x[map ? map[k] : k] : x;
}

function opened(part, node, values, index, insides) {
  const t = node.args.flatMap((arg) => values[arg]);
  for (const inner of part.nodes) {
    t.push(isArray(inner) ? written.gates[inner[0]].value(inner.slice(1).map((i) => t[i])) : inner);
  }
  insides.set(index, t);
  return node.shape.length ? part.outs.map((i) => t[i]) : t[part.outs[0]];
}

function sizeOf(shape) {
  return shape.reduce((product, length) => product * length, 1);
}

// For each operand of an elementwise stage the element that goes into each element of the output; null where it is the same.
function placesOf(index) {
  const node = nodes[index];
  node.maps ??= node.args.map((arg) => (String(nodes[arg].shape) === String(node.shape) ? null : spread(nodes[arg].shape, node.shape)));
  return node.maps;
}

function spread(from, to) {
  const lead = to.length - from.length;
  return Array.from({ length: sizeOf(to) }, (_, k) => {
    let [place, weight] = [0, 1];
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const at = k % to[axis];
      k = Math.floor(k / to[axis]);
      if (axis < lead) continue;
      const length = from[axis - lead];
      place += (length === 1 ? 0 : at) * weight;
      weight *= length;
    }
    return place;
  });
}

// The gradient of every node, null where none flows, and what each edge hands back; nodes last to first.
function backward(made) {
  const gradients = new Array(nodes.length).fill(null);
  const handed = nodes.map(() => null);
  gradients[facts.output] = seedGradient();
  for (let index = facts.output; index >= 0; index--) {
    if (gradients[index] === null || !nodes[index].args.length) continue;
    handed[index] = handsBack(made, index, gradients[index]);
    nodes[index].args.forEach((source, slot) => (gradients[source] = plus(gradients[source], handed[index][slot])));
  }
  return { ...made, gradients, handed };
}

function seedGradient() {
  return facts.seed ?? 1;
}

function plus(a, b) {
  if (a === null || b === null) return a ?? b;
  if (!isArray(a)) return a + b;
  return a.map((x, k) => (x === null ? b[k] : b[k] === null ? x : x + b[k]));
}

// What a stage hands back to each of its operands, null where nothing flows.
function handsBack(made, index, upstream) {
  const node = nodes[index];
  const part = written.parts?.[index];
  if (!facts.live && facts.handed?.[index]) return facts.handed[index].map(unpacked);
  if (!part) return made.slopes[index].map((local) => (local === null || local === undefined ? null : upstream * local));
  const found = part.nodes ? throughGates(made, index, upstream) : elementwise(made, index, upstream);
  return found.map((own, slot) => {
    if (own.every((x) => x === null)) return null;
    return nodes[node.args[slot]].shape.length ? own : own[0];
  });
}

function elementwise(made, index, upstream) {
  const node = nodes[index];
  const gate = written.gates[written.parts[index].gate];
  const operands = node.args.map((arg) => made.values[arg]);
  const maps = placesOf(index);
  const found = node.args.map((arg) => new Array(sizeOf(nodes[arg].shape)).fill(null));
  upstream.forEach((rate, k) => {
    if (rate === null) return;
    const slopes = gate.slopes(operands.map((x, slot) => pick(x, maps[slot], k)), made.values[index][k]);
    slopes.forEach((slope, slot) => {
      if (slope === null) return;
      const at = found[slot].length === 1 ? 0 : maps[slot] ? maps[slot][k] : k;
      found[slot][at] = (found[slot][at] ?? 0) + rate * slope;
    });
  });
  return found;
}

function throughGates(made, index, upstream) {
  const part = written.parts[index];
  const t = made.insides.get(index);
  const rates = new Array(t.length).fill(null);
  const add = (i, rate) => rate !== null && (rates[i] = (rates[i] ?? 0) + rate);
  part.outs.forEach((i, k) => add(i, isArray(upstream) ? upstream[k] : upstream));
  const first = t.length - part.nodes.length;
  for (let i = t.length - 1; i >= first; i--) {
    const inner = part.nodes[i - first];
    if (rates[i] === null || !isArray(inner)) continue;
    const operands = inner.slice(1);
    const slopes = written.gates[inner[0]].slopes(operands.map((j) => t[j]), t[i]);
    operands.forEach((j, slot) => slopes[slot] !== null && add(j, rates[i] * slopes[slot]));
  }
  let at = 0;
  return nodes[index].args.map((arg) => rates.slice(at, (at += sizeOf(nodes[arg].shape ?? []))));
}

// Forward mode: how fast every node moves with one input, or with one element of it.
function tangents(made, seed) {
  const found = nodes.map((node) => (node.shape?.length ? new Array(sizeOf(node.shape)).fill(0) : 0));
  if (!seed) return found;
  const [source, element] = seed;
  if (element === null) found[source] = 1;
  else found[source][element] = 1;
  nodes.forEach((node, index) => {
    if (!node.args.length) return;
    if (written.parts?.[index]) found[index] = carried(made, index, found);
    else node.args.forEach((arg, slot) => {
      const local = made.slopes[index][slot];
      if (local !== null && local !== undefined && found[arg] !== 0) found[index] += local * found[arg];
    });
  });
  return found;
}

function carried(made, index, rates) {
  const [node, part] = [nodes[index], written.parts[index]];
  if (part.nodes) return carriedThroughGates(made, index, rates);
  const gate = written.gates[part.gate];
  const operands = node.args.map((arg) => made.values[arg]);
  const maps = placesOf(index);
  return made.values[index].map((out, k) => {
    const slopes = gate.slopes(operands.map((x, slot) => pick(x, maps[slot], k)), out);
    return slopes.reduce((sum, slope, slot) => sum + moved(slope, pick(rates[node.args[slot]], maps[slot], k)), 0);
  });
}

function carriedThroughGates(made, index, rates) {
  const [node, part, t] = [nodes[index], written.parts[index], made.insides.get(index)];
  const moves = node.args.flatMap((arg) => rates[arg]);
  const first = t.length - part.nodes.length;
  part.nodes.forEach((inner, i) => {
    if (!isArray(inner)) return moves.push(0);
    const slopes = written.gates[inner[0]].slopes(inner.slice(1).map((j) => t[j]), t[first + i]);
    moves.push(slopes.reduce((sum, slope, slot) => sum + moved(slope, moves[inner[slot + 1]]), 0));
  });
  return node.shape.length ? part.outs.map((i) => moves[i]) : moves[part.outs[0]];
}

function moved(slope, by) {
  return slope === null || by === 0 ? 0 : slope * by;
}

function contribution(made, target, slot) {
  return made.handed[target]?.[slot] ?? null;
}

// Corners: what the records of the gates say of the numbers of the moment

function faint(slopes, least) {
  return slopes.every((slope) => Math.abs(slope) < least) ? "saturated" : "";
}

function dies(slopes) {
  return slopes.every((slope) => slope === 0) ? "dead" : "";
}

const CORNERS = { dead: "nothing flows back", saturated: "saturated" };

// What is remarkable about a node now, in words; "" where nothing is. `tie: the gradient is split`.
function remark(index) {
  const node = nodes[index];
  if (!node.args.length) return "";
  const found = remarks(index);
  if (!found.length) return node.unreached ?? "";
  return found.map((word) => (CORNERS[word] ?? word) + (node.rule && ["tie", "kink"].includes(word) ? `: ${node.rule}` : "")).join(", ");
}

function remarks(index) {
  const node = nodes[index];
  const operands = node.args.map((arg) => run.values[arg]);
  const value = run.values[index];
  if (isArray(value) || operands.some(isArray)) return arrayRemarks(index, operands, value);
  if (!Number.isFinite(value)) return [operands.every(Number.isFinite) ? reason(index, operands, value) : "not finite"];
  if (!operands.every(Number.isFinite)) return [];
  const slopes = run.slopes[index];
  const flag = written.corners?.[index]?.(operands, value, slopes);
  if (flag) return [flag];
  const pole = slopes.some((slope) => slope !== null && slope !== undefined && !Number.isFinite(slope));
  return pole ? ["its slope is not finite"] : [];
}

function reason(index, operands, value) {
  return written.domains?.[index]?.(operands, value, []) || (Number.isNaN(value) ? "not a real number" : "overflow");
}

// Of an array: a tie or a kink of any element, but dead or saturated only where all are.
function arrayRemarks(index, operands, value) {
  const all = isArray(value) ? value : [value];
  if (!all.every(Number.isFinite)) return ["not finite"];
  const [part, corner] = [written.parts?.[index], written.corners?.[index]];
  if (!part || part.nodes || !corner) return [];
  const maps = placesOf(index);
  const gate = written.gates[part.gate];
  const found = all.map((out, k) => {
    const own = operands.map((x, slot) => pick(x, maps[slot], k));
    return corner(own, out, gate.slopes(own, out));
  });
  const any = ["tie", "kink"].find((flag) => found.includes(flag));
  if (any) return [any];
  return found[0] && found.every((flag) => flag === found[0]) ? [found[0]] : [];
}
