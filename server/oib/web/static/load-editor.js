// The form at /sparql works without the editor, so the page is ready first and the editor follows.
const load = () => import("./editor.js");
if (document.readyState === "complete") load();
else addEventListener("load", load, { once: true });
