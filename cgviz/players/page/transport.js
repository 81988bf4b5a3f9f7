// Going through the steps: buttons, the scrubber, play, and keys.

const PACE = 1300; // milliseconds per step
const scrubber = byId("scrubber");
let timer = 0;
let digits = "";
let typing = 0;
views.push(drawTransport);
byId("first").addEventListener("click", () => go(0));
byId("back").addEventListener("click", () => go(state.step - 1));
byId("forward").addEventListener("click", () => go(state.step + 1));
byId("last").addEventListener("click", () => go(Infinity));
byId("play").addEventListener("click", play);
scrubber.addEventListener("input", () => go(Number(scrubber.value)));
document.addEventListener("keydown", key);

function go(step, playing = false) {
  if (!playing) stop();
  change({ step });
  requestAnimationFrame(follow);
}

function play() {
  if (timer) return stop(), show();
  if (state.step >= lastStep()) change({ step: 0 });
  timer = setInterval(() => {
    go(state.step + 1, true);
    if (state.step >= lastStep()) stop();
  }, PACE);
  show();
}

function stop() {
  clearInterval(timer);
  timer = 0;
}

function drawTransport() {
  const last = lastStep();
  const seed = state.show === "tangent" ? last : replay.forwards + 1;
  scrubber.max = last;
  scrubber.value = state.step;
  scrubber.setAttribute("aria-valuetext", `step ${state.step} of ${last}`);
  scrubber.style.setProperty("--turn", `${(100 * seed) / (last || 1)}%`);
  scrubber.style.setProperty("--at", `${(100 * state.step) / (last || 1)}%`);
  byId("first").disabled = byId("back").disabled = state.step === 0;
  byId("forward").disabled = byId("last").disabled = state.step === last;
  byId("play").dataset.playing = Boolean(timer);
  byId("play").setAttribute("aria-label", timer ? "pause" : "play");
}

// Keys move through the steps unless they belong to the field, the slider or the button that has the focus.
function key(event) {
  const tag = event.target.tagName;
  const isSlider = event.target.type === "range";
  if (event.ctrlKey || event.metaKey || event.altKey || ["SELECT", "TEXTAREA"].includes(tag)) return;
  if (tag === "INPUT" && (!isSlider || /^(Arrow|Home|End|Page)/.test(event.key))) return;
  if (event.target.closest("[role=tablist], dialog")) return;
  if (event.key === " " && (tag === "BUTTON" || tag === "A")) return;
  const moves = { ArrowLeft: () => go(state.step - 1), ArrowRight: () => go(state.step + 1), Home: () => go(0) };
  Object.assign(moves, { End: () => go(Infinity), " ": play, Escape: () => change({ chosen: null, hovered: null }) });
  if (/^\d$/.test(event.key)) jump(event.key);
  else if (moves[event.key]) moves[event.key]();
  else return;
  event.preventDefault();
}

// Digits typed in quick succession are the number of a step.
function jump(digit) {
  clearTimeout(typing);
  digits += digit;
  go(Number(digits));
  typing = setTimeout(() => (digits = ""), 800);
}
