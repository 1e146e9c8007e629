// The queries of the past, on this device only.

const KEY = "oib.queries";
const MOST = 30;

/** Return the past queries, the last one first. */
export function pastQueries() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) || "[]");
    return Array.isArray(found) ? found.filter((each) => typeof each === "string") : [];
  } catch {
    return []; // storage is off, or holds something else
  }
}

/** Remember a query. */
export function rememberQuery(text) {
  const others = pastQueries().filter((each) => each !== text);
  try {
    localStorage.setItem(KEY, JSON.stringify([text, ...others].slice(0, MOST)));
  } catch {
    // storage is off or full: nothing is remembered
  }
}

/** Forget all of them. */
export function forgetQueries() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // storage is off: there is nothing to forget
  }
}
