// The form at /sparql works without the editor, so the page is ready first and the editor follows.
// Where it does not come, the form goes on to work.
const load = () => import("./editor.js").catch((error) => console.info(`no editor: ${error.message}`));
if (document.readyState === "complete") load();
else addEventListener("load", load, { once: true });
