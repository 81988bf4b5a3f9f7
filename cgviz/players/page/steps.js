// The steps of a run: those of all possible ones on which something flows, and from when on each number is known.

function replayed(run) {
  const value = nodes.map((node) => (node.args.length ? Infinity : 0));
  const gradient = nodes.map(() => Infinity);
  const edge = new Map();
  const totals = new Map([[facts.output, 1]]);
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
    totals.set(index, (totals.get(index) ?? 0) + amount);
    steps.push({ kind, index, target, slot, adds, amount, total: totals.get(index) });
    gradient[index] = steps.length;
    edge.set(`${target}-${slot}`, steps.length);
  }
  return { steps, value, gradient, edge };
}

// Captions, as cgviz says them in every view

function captionOf(step, hidden = false) {
  if (!step) return { text: inputsCaption(), result: "" };
  if (step.kind === "forward") return forwardCaption(step.index);
  if (step.kind === "seed") {
    const name = nodes[step.index].name;
    return { text: `d${name} = ∂${name}/∂${name} = 1`, result: "1" };
  }
  return backwardCaption(step, hidden);
}

function inputsCaption() {
  const given = facts.inputs.map((index) => `${nodes[index].name} = ${number(run.values[index])}`);
  return given.length ? given.join(",  ") : "there are no inputs";
}

function forwardCaption(index) {
  const node = nodes[index];
  const result = number(run.values[index]);
  return { text: joined([node.name, node.formula, filled(node), result]), result };
}

function filled(node) {
  const parts = node.template.map((part) => {
    if (typeof part === "string") return part;
    const [slot, kind] = part;
    const text = number(run.values[node.args[slot]]);
    if (kind === 2 && /^[−\d]+$/.test(text)) return superscript(text);
    const bracketed = kind && text.startsWith("−") ? `(${text})` : text;
    return kind === 2 ? `^${bracketed}` : bracketed;
  });
  return parts.join("");
}

function superscript(text) {
  return [...text].map((letter) => "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"["0123456789−".indexOf(letter)]).join("");
}

function backwardCaption({ index, target, slot, adds, amount, total }, hidden) {
  const symbol = `d${nodes[index].name}`;
  const upstream = `d${nodes[target].name}`;
  const local = number(run.slopes[target][slot]);
  const parts = [`${upstream} · ${nodes[target].locals[slot]}`];
  if (hidden) return { text: `${symbol} ${adds ? "+=" : "="} ${parts[0]} = ?`, result: "?" };
  parts.push(`${number(run.gradients[target])} · ${local.startsWith("−") ? `(${local})` : local}`, number(amount));
  const text = `${symbol} ${adds ? "+=" : "="} ${joined(parts)}`;
  if (!adds) return { text, result: number(amount) };
  return { text: `${text}, so ${symbol} = ${number(total)}`, result: number(total) };
}

function joined(parts) {
  return parts.filter((part, place) => part !== parts[place - 1]).join(" = ");
}
