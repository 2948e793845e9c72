/**
 * Is the history of a register linearizable: is there an order of its operations, each at an instant
 * between its beginning and its end, in which every read finds the last write?
 *
 * The algorithm of Wing and Gong with Lowe's cache of configurations, as in Porcupine. Keys are checked
 * one by one, for linearizability is compositional. Redis with asynchronous replication does not promise
 * it: what is found here is an anomaly to know about, not a law that was broken.
 */
import type { HistoryEntry } from "../histories.js";

export type Verdict =
  | { readonly kind: "linearizable" }
  | { readonly kind: "unknown" }
  /** The fewest operations, in order of their beginnings, that have no such order. */
  | { readonly kind: "anomaly"; readonly history: readonly HistoryEntry[] };

/** Configurations tried for one key before the question is left open. */
const patience = 200_000;

/** The history of one key: entries in any order, each with an end, where it has one, not before its beginning. */
export function checkRegister(history: readonly HistoryEntry[]): Verdict {
  const relevant = history.filter((entry) => entry.ended !== undefined || isSeen(entry, history));
  const order = relevant.toSorted((a, b) => a.began - b.began);
  const found = search(order);
  if (found === "yes") return { kind: "linearizable" };
  if (found === "patience") return { kind: "unknown" };
  return { kind: "anomaly", history: shortest(order) };
}

/** An unknown write of a value that nobody ever read may as well not have happened. */
function isSeen(entry: HistoryEntry, history: readonly HistoryEntry[]): boolean {
  return history.some(({ operation, value }) => operation === "read" && value === entry.value);
}

interface Event {
  readonly operation: number;
  readonly isCall: boolean;
  /** Of a call: its return; an operation without an end has none. */
  end: Event | undefined;
  previous: Event | undefined;
  next: Event | undefined;
}

function search(order: readonly HistoryEntry[]): "yes" | "no" | "patience" {
  const head = linked(order);
  const done = new Done(order.length);
  const seen = new Set<string>();
  const stack: { readonly call: Event; readonly state: string | undefined }[] = [];
  const mustEnd = order.filter(({ ended }) => ended !== undefined).length;
  let state: string | undefined;
  let ended = 0;
  let event = head.next;
  for (let tries = 0; ended < mustEnd; ) {
    if (event?.isCall === true) {
      const entry = order[event.operation] as HistoryEntry;
      const next = entry.operation === "write" ? entry.value : state;
      if (entry.operation === "write" || entry.value === state) {
        done.flip(event.operation);
        const configuration = `${done.text()}=${next ?? "\0"}`;
        if (!seen.has(configuration)) {
          if (++tries > patience) return "patience";
          seen.add(configuration);
          stack.push({ call: event, state });
          state = next;
          lift(event);
          if (entry.ended !== undefined) ended++;
          event = head.next;
          continue;
        }
        done.flip(event.operation);
      }
      event = event.next;
      continue;
    }
    // A return that nothing before it could explain, or the end: take the last choice back.
    const last = stack.pop();
    if (last === undefined) return "no";
    state = last.state;
    done.flip(last.call.operation);
    unlift(last.call);
    if (order[last.call.operation]?.ended !== undefined) ended--;
    event = last.call.next;
  }
  return "yes";
}

/** Calls and returns in the order of time; at one instant calls come first, for they may overlap. */
function linked(order: readonly HistoryEntry[]): Event {
  const events: { readonly at: number; readonly event: Event }[] = [];
  order.forEach((entry, operation) => {
    const call = event(operation, true);
    events.push({ at: entry.began, event: call });
    if (entry.ended === undefined) return;
    call.end = event(operation, false);
    events.push({ at: entry.ended, event: call.end });
  });
  events.sort((a, b) => a.at - b.at || Number(b.event.isCall) - Number(a.event.isCall));
  const head = event(-1, false);
  let last = head;
  for (const { event: each } of events) {
    last.next = each;
    each.previous = last;
    last = each;
  }
  return head;
}

function event(operation: number, isCall: boolean): Event {
  return { operation, isCall, end: undefined, previous: undefined, next: undefined };
}

function lift(call: Event): void {
  unlink(call);
  if (call.end !== undefined) unlink(call.end);
}

function unlift(call: Event): void {
  if (call.end !== undefined) relink(call.end);
  relink(call);
}

function unlink(event: Event): void {
  if (event.previous !== undefined) event.previous.next = event.next;
  if (event.next !== undefined) event.next.previous = event.previous;
}

function relink(event: Event): void {
  if (event.previous !== undefined) event.previous.next = event;
  if (event.next !== undefined) event.next.previous = event;
}

/**
 * Which operations have their place in the order. Nearly all before the moment have one and nearly all
 * after it have none, so of a long history only the words between are put into the cache.
 */
class Done {
  readonly #words: Uint32Array;
  /** The first word that is not full, and the first behind all that are not empty. */
  #from = 0;
  #to = 0;

  constructor(operations: number) {
    this.#words = new Uint32Array((operations + 31) >>> 5);
  }

  flip(index: number): void {
    const words = this.#words;
    const at = index >>> 5;
    words[at] = (words[at] ?? 0) ^ (1 << (index & 31));
    this.#from = Math.min(this.#from, at);
    this.#to = Math.max(this.#to, at + 1);
    while (words[this.#from] === 0xffffffff) this.#from++;
    while (words[this.#to - 1] === 0) this.#to--;
  }

  text(): string {
    return `${this.#from}:${this.#words.subarray(this.#from, this.#to).join(",")}`;
  }
}

/**
 * Leaves out what the anomaly does not need: first all behind the shortest prefix that shows it, then
 * ever smaller pieces, the last first, until no single operation can go. A write that is read stays with
 * its read.
 */
function shortest(order: readonly HistoryEntry[]): readonly HistoryEntry[] {
  let kept = prefix(order);
  for (let size = kept.length >> 1; size >= 1; ) {
    const before = kept.length;
    for (let end = kept.length; end > 0; end -= size) {
      const without = kept.filter((_, index) => index < end - size || index >= end);
      if (isWhole(without) && search(without) === "no") kept = without;
    }
    if (size > 1) size >>= 1;
    else if (kept.length === before) break;
  }
  return kept;
}

function prefix(order: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const ends = order
    .flatMap(({ ended }) => (ended === undefined ? [] : [ended]))
    .sort((a, b) => a - b);
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (search(upTo(order, ends[middle] as number)) === "no") high = middle;
    else low = middle + 1;
  }
  return upTo(order, ends[low] ?? 0);
}

/** What had begun by then; what had not ended is open. */
function upTo(order: readonly HistoryEntry[], instant: number): readonly HistoryEntry[] {
  return order
    .filter(({ began }) => began <= instant)
    .map((entry) =>
      entry.ended !== undefined && entry.ended > instant ? { ...entry, ended: undefined } : entry,
    )
    .filter((entry) => entry.operation === "write" || entry.ended !== undefined);
}

/** Is every value that is read also written there? Else leaving out a write would make an anomaly. */
function isWhole(history: readonly HistoryEntry[]): boolean {
  const written = new Set(
    history.flatMap(({ operation, value }) => (operation === "write" ? [value] : [])),
  );
  return history.every(
    ({ operation, value }) => operation === "write" || value === undefined || written.has(value),
  );
}
