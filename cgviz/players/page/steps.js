// The steps of a run: those of all possible ones on which something flows, and from when on each number is known.

function replayed(run) {
  const value = nodes.map((node) => (node.args.length ? Infinity : 0));
  const gradient = nodes.map(() => Infinity);
  const edge = new Map();
  const totals = new Map([[facts.output, seedGradient()]]);
  const steps = [];
  for (const [kind, index, target, slot] of facts.steps) {
    if (kind !== "backward") {
      steps.push({ kind, index });
      (kind === "forward" ? value : gradient)[index] = steps.length;
      continue;
    }
    const amount = contribution(run, target, slot);
    if (amount === null) continue;
    const adds = totals.has(index);
    totals.set(index, plus(totals.get(index) ?? null, amount));
    steps.push({ kind, index, target, slot, adds, amount, total: totals.get(index) });
    gradient[index] = steps.length;
    edge.set(`${target}-${slot}`, steps.length);
  }
  return { steps, value, gradient, edge, forwards: steps.filter(({ kind }) => kind === "forward").length };
}

// The last step there is to see: tangents need no backward pass.
function lastStep() {
  return state.show === "tangent" ? replay.forwards : replay.steps.length;
}

// Captions, as cgviz says them in every view

function captionOf(step, hidden = false) {
  if (!step) return { text: inputsCaption(), result: "" };
  if (step.kind === "forward") return state.show === "tangent" ? tangentStep(step.index) : forwardCaption(step.index);
  if (step.kind === "seed") return seedCaption(step.index);
  return backwardCaption(step, hidden);
}

function inputsCaption() {
  const given = facts.inputs.map((index) => `${nodes[index].name} = ${shown(run.values[index], index)}`);
  if (state.show === "tangent" && seeds.length) given.push(`∂${seedName()}/∂${seedName()} = 1`);
  return given.length ? given.join(",  ") : "there are no inputs";
}

function seedCaption(index) {
  const name = nodes[index].name;
  const seed = seedGradient();
  if (isArray(seed)) return { text: `d${name} = ${shown(seed, index)} is the upstream gradient that was given`, result: "" };
  return { text: `d${name} = ∂${name}/∂${name} = ${number(seed)}`, result: number(seed) };
}

function forwardCaption(index) {
  const node = nodes[index];
  const result = shown(run.values[index], index);
  return { text: joined([node.name, node.formula, node.template ? filled(node) : node.formula, result]), result };
}

// A step of forward mode: the tangents of the operands, each times its local derivative.
function tangentStep(index) {
  const node = nodes[index];
  const result = shown(tangent[index], index);
  const moving = node.args.map((arg, slot) => [arg, slot]).filter(([arg, slot]) => !nodes[arg].constant && node.locals[slot]);
  if (!moving.length || isArray(tangent[index]) || moving.some(([arg]) => isArray(tangent[arg]))) {
    return { text: `${rate(index)} = ${result}`, result };
  }
  const symbols = moving.map(([arg, slot]) => `${node.locals[slot]} · ${rate(arg)}`).join(" + ");
  const numbers = moving.map(([arg, slot]) => `${bracketed(number(run.slopes[index][slot]))} · ${bracketed(number(tangent[arg]))}`).join(" + ");
  return { text: joined([rate(index), symbols, numbers, result]), result };
}

function bracketed(text) {
  return text.startsWith("−") ? `(${text})` : text;
}

function filled(node) {
  const parts = node.template.map((part) => {
    if (typeof part === "string") return part;
    const [slot, kind] = part;
    const text = number(run.values[node.args[slot]]);
    if (kind === 2 && /^[−\d]+$/.test(text)) return superscript(text);
    const inside = kind ? bracketed(text) : text;
    return kind === 2 ? `^${inside}` : inside;
  });
  return parts.join("");
}

function superscript(text) {
  return [...text].map((letter) => "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"["0123456789−".indexOf(letter)]).join("");
}

// What an edge hands back in symbols: upstream · local, or what a stage for arrays hands back.
function handsBackText(target, slot) {
  const { hands, locals } = nodes[target];
  return hands?.[slot] ?? `d${nodes[target].name} · ${locals[slot]}`;
}

function handsBackNumbers(target, slot) {
  const local = run.slopes[target][slot];
  const upstream = run.gradients[target];
  if (isArray(upstream) || local === undefined || local === null || isArray(local)) return handsBackText(target, slot);
  return `${number(upstream)} · ${bracketed(number(local))}`;
}

function backwardCaption({ index, target, slot, adds, amount, total }, hidden) {
  const symbol = `d${nodes[index].name}`;
  const parts = [handsBackText(target, slot)];
  if (hidden) return { text: `${symbol} ${adds ? "+=" : "="} ${parts[0]} = ?`, result: "?" };
  parts.push(handsBackNumbers(target, slot), shown(amount, index));
  const text = `${symbol} ${adds ? "+=" : "="} ${joined(parts)}`;
  if (!adds) return { text, result: shown(amount, index) };
  return { text: `${text}, so ${symbol} = ${shown(total, index)}`, result: shown(total, index) };
}

function joined(parts) {
  return parts.filter((part, place) => part !== parts[place - 1]).join(" = ");
}
