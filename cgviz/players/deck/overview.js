// The frames of a deck: those of a slide with a diagram go by its fragments, any other slide is one frame.
const panel = document.body.appendChild(document.createElement("nav"));
panel.className = "frames";
panel.hidden = true;
panel.setAttribute("aria-label", "All frames");

function titles(section) {
  const heading = section.querySelector("h1, h2, h3, p");
  return JSON.parse(section.dataset.frames || "null") || [heading ? heading.textContent : "Slide"];
}

function first() {
  const { h, f } = Reveal.getIndices();
  return f > -1 ? [h, -1] : [0, -1];
}

function last() {
  const { h, f } = Reveal.getIndices(), slides = Reveal.getHorizontalSlides(), end = titles(slides[h]).length - 2;
  return f < end ? [h, end] : [slides.length - 1, titles(slides[slides.length - 1]).length - 2];
}

function jump([h, f]) {
  panel.hidden = true;
  Reveal.slide(h, 0, f);
}

function overview() {
  if (!panel.hidden) {
    panel.hidden = true;
    return;
  }
  const here = Reveal.getIndices();
  let current = null;
  panel.replaceChildren();
  Reveal.getHorizontalSlides().forEach((section, h) => {
    const list = document.createElement("ol");
    titles(section).forEach((title, n) => {
      const button = document.createElement("button");
      button.textContent = n + 1 + "  " + title;
      button.onclick = () => jump([h, n - 1]);
      if (h === here.h && (n - 1 === (here.f ?? -1))) {
        button.setAttribute("aria-current", "true");
        current = button;
      }
      list.appendChild(document.createElement("li")).appendChild(button);
    });
    panel.appendChild(document.createElement("h2")).textContent = section.getAttribute("aria-label") || "";
    panel.appendChild(list);
  });
  panel.hidden = false;
  if (current) current.focus();
}
