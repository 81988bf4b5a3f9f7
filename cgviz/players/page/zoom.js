// Size and place of the picture: it fits its frame unless the reader has chosen otherwise; wheel, pinch and drag.

const [LEAST_ZOOM, MOST_ZOOM, BIG_ENOUGH] = [0.05, 5, 1.7];
let zoom = 1;
let isFitted = true;

function fit() {
  isFitted = true;
  if (!pictures.length) return;
  scale(whole());
  for (const part of chosenPicture().parts) part.near = true; // until the browser says otherwise
}

// So large that all of it is seen, and no larger than is good to read.
function whole(picture = chosenPicture()) {
  const width = frame.clientWidth - 2;
  return Math.min(width / picture.width, roomHeight() / picture.height, BIG_ENOUGH);
}

// The height that a picture may have: that of its frame; on a narrow screen the frame is as high as its picture, up to this.
const isNarrow = matchMedia("(max-width: 860px)");
const TALLEST = 0.7;
function roomHeight() {
  return isNarrow.matches && frame.closest(":root:not(.framed)") ? TALLEST * innerHeight - 16 : frame.clientHeight - 4;
}

// The direction in which the picture becomes larger in this frame.
function betterDirection() {
  const styled = pictures.filter(({ style }) => style === state.style);
  return styled.sort((a, b) => whole(b) - whole(a))[0]?.direction ?? state.direction;
}

// Scales the picture; the point `at` (of the frame) stays where it is.
function scale(factor, at = null) {
  const before = zoom;
  const spot = at && [frame.scrollLeft + at[0], frame.scrollTop + at[1]];
  zoom = Math.max(LEAST_ZOOM, Math.min(factor, MOST_ZOOM));
  for (const { svg, width, height } of pictures) {
    svg.style.width = `${(width * zoom).toFixed(1)}px`;
    svg.style.height = `${(height * zoom).toFixed(1)}px`;
  }
  if (spot) frame.scrollTo((spot[0] * zoom) / before - at[0], (spot[1] * zoom) / before - at[1]);
  drawOverview();
}

function zoomTo(factor, at = [frame.clientWidth / 2, frame.clientHeight / 2]) {
  isFitted = false;
  scale(factor, at);
}

byId("zoom-in").addEventListener("click", () => zoomTo(zoom * 1.25));
byId("zoom-out").addEventListener("click", () => zoomTo(zoom / 1.25));
byId("fit").addEventListener("click", fit);
new ResizeObserver(() => isFitted && fit()).observe(frame);
frame.addEventListener("scroll", drawOverview, { passive: true });
frame.addEventListener("wheel", (event) => {
  if (event.shiftKey || event.altKey) return;
  event.preventDefault();
  const speed = event.deltaMode ? 20 : 1;
  zoomTo(zoom * Math.exp(-Math.max(-60, Math.min(60, event.deltaY * speed)) / 300), within(event));
}, { passive: false });

function within({ clientX, clientY }) {
  const box = frame.getBoundingClientRect();
  return [clientX - box.left, clientY - box.top];
}

// Two fingers pinch, one finger or the mouse moves the picture.
const fingers = new Map();
let grip = null;
frame.addEventListener("pointerdown", (event) => {
  if (event.pointerType === "mouse" && (event.button !== 0 || event.target.closest("[data-node]"))) return;
  fingers.set(event.pointerId, within(event));
  grip = gripOf();
});
addEventListener("pointermove", (event) => {
  if (!fingers.has(event.pointerId)) return;
  fingers.set(event.pointerId, within(event));
  const now = gripOf();
  if (fingers.size > 1 && grip.apart) zoomTo((zoom * now.apart) / grip.apart, now.middle);
  if (event.pointerType === "mouse" || fingers.size > 1) frame.scrollBy(grip.middle[0] - now.middle[0], grip.middle[1] - now.middle[1]);
  grip = now;
});
for (const kind of ["pointerup", "pointercancel"]) {
  addEventListener(kind, ({ pointerId }) => {
    fingers.delete(pointerId);
    grip = fingers.size ? gripOf() : null;
  });
}

function gripOf() {
  const [a, b = a] = fingers.values();
  return { middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], apart: Math.hypot(a[0] - b[0], a[1] - b[1]) };
}

// Brings what the step is about into view, where the picture is larger than its frame.
function follow() {
  const step = current();
  if (step) reveal(step.index);
}

function reveal(index, always = false) {
  const part = chosenPicture()?.parts.find((one) => one.kind === "n" && one.index === index && !one.grid);
  if (!part) return;
  const [box, outer] = [part.element.getBoundingClientRect(), frame.getBoundingClientRect()];
  const isWide = always || box.left < outer.left + 20 || box.right > outer.right - 20;
  const isHigh = always || box.top < outer.top || box.bottom > outer.bottom;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const left = isWide ? (box.left + box.right - outer.left - outer.right) / 2 : 0;
  const top = isHigh ? (box.top + box.bottom - outer.top - outer.bottom) / 2 : 0;
  if (left || top) frame.scrollBy({ left, top, behavior: calm ? "auto" : "smooth" });
}
