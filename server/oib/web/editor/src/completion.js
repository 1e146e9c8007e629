// Completion: variables of the query, prefixes and terms of the data, and things by their names.

const TYPING = /[?$]\w*$|<[^<>\s]*$|[\p{L}\p{N}_-]*:?[\p{L}\p{N}_-]*$/u;

/** Return a completion source; `terms` and `search` are addresses of JSON. */
export function createCompletion({ terms, search, language }) {
  const load = termsFrom(terms);
  return async (context) => {
    const typed = context.matchBefore(TYPING);
    if (!typed || (typed.from === typed.to && !context.explicit)) return null;
    if (/^[?$]/.test(typed.text)) return { from: typed.from, options: variables(context.state.doc.toString(), typed.text) };
    const before = context.state.sliceDoc(Math.max(0, typed.from - 400), typed.from);
    if (isInsideStringOrComment(before)) return null;
    const options = termOptions(await load(), typed.text, before);
    const word = typed.text.replace(/^</, "");
    if (word.length > 1 && !word.includes(":")) options.push(...(await things(search, word, language)));
    return { from: typed.from, options, filter: false };
  };
}

/** Return a function that gets the terms when they are first asked for, and again if that failed. */
function termsFrom(address) {
  let terms = null;
  const get = async () => {
    try {
      const response = await fetch(address, { headers: { Accept: "application/json" } });
      if (response.ok) return await response.json();
    } catch {
      // the server is not reached: completion goes without
    }
    terms = null;
    return { prefixes: {}, terms: [], keywords: [] };
  };
  return () => (terms ??= get());
}

function isInsideStringOrComment(before) {
  const line = before.slice(before.lastIndexOf("\n") + 1).replace(/<[^<>\s]*>/g, "");
  return (line.match(/"/g) || []).length % 2 === 1 || line.includes("#");
}

function variables(text, typed) {
  const found = new Set(text.match(/[?$]\w+/g) || []);
  found.delete(typed);
  return [...found].sort().map((label) => ({ label, type: "variable" }));
}

function termOptions({ prefixes, terms, keywords }, typed, before) {
  const word = typed.toLowerCase();
  if (/PREFIX\s+$/i.test(before)) {
    return Object.entries(prefixes)
      .filter(([name]) => name.startsWith(word))
      .map(([name, iri]) => ({ label: `${name}: <${iri}>`, type: "namespace" }));
  }
  // After "a" stands a class; after a subject or a semicolon, a property.
  const wanted = /(^|\s)(a|rdf:type)\s+$/.test(before) ? "class" : /(;|[\w>"}]\s|^\s*\?\w+\s)\s*$/.test(before) && /[;]\s*$|[?$]\w+\s+$/.test(before) ? "property" : "";
  const fitting = terms.filter(
    ({ name, label }) => name.toLowerCase().includes(word) || (word.length > 1 && label.toLowerCase().includes(word)),
  );
  const rank = ({ name, kind }) => (kind === wanted ? 0 : 2) + (name.toLowerCase().startsWith(word) ? 0 : 1);
  fitting.sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name));
  const options = fitting.slice(0, 50).map(({ name, label, kind }) => ({
    label: name, detail: label, type: kind, apply: withPrefix(name, prefixes),
  }));
  if (word && !word.includes(":")) {
    options.push(...keywords.filter((each) => each.toLowerCase().startsWith(word)).map((label) => ({ label, type: "keyword" })));
  }
  return options;
}

/** Insert a prefixed name, and declare its prefix at the top if the query does not yet. */
function withPrefix(name, prefixes) {
  const prefix = name.slice(0, name.indexOf(":"));
  return (view, completion, from, to) => {
    const declared = new RegExp(`PREFIX\\s+${prefix}:`, "i").test(view.state.doc.toString());
    const changes = [{ from, to, insert: name }];
    const line = `PREFIX ${prefix}: <${prefixes[prefix]}>\n`;
    if (!declared && prefixes[prefix]) changes.unshift({ from: 0, insert: line });
    const shift = declared || !prefixes[prefix] ? 0 : line.length;
    view.dispatch({ changes, selection: { anchor: from + shift + name.length }, userEvent: "input.complete" });
  };
}

async function things(search, word, language) {
  try {
    const response = await fetch(`${search}?${new URLSearchParams({ q: word })}`, { headers: { Accept: "application/json" } });
    if (!response.ok) return [];
    const { results } = await response.json();
    // Claims, terms and rules are found, too; queries name things.
    const found = results.filter(({ iri }) => iri.includes("/id/") && !iri.includes("/id/claim/"));
    return found.slice(0, 12).map(({ iri, label }) => ({
      label: label[language] || label.en || iri, detail: iri.split("/id/").pop(), type: "constant", apply: `<${iri}>`,
    }));
  } catch {
    return []; // completion goes without
  }
}
