// What the theme leaves out for readers who hear the page or have no mouse.

document.querySelector(".md-search")?.setAttribute("aria-label", "search");

function makeReachable() {
  for (const box of document.querySelectorAll("figure, .md-typeset__scrollwrap, pre > code")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
}
for (const kind of ["load", "resize"]) addEventListener(kind, makeReachable);
new MutationObserver(makeReachable).observe(document.body, { childList: true, subtree: true }); // the theme wraps tables later
makeReachable();
