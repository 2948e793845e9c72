/**
 * Recordings of real Sentinels (test/data/sentinel-traces), and what it means that a run tells the same.
 *
 * A line is `<seconds> S<n> <event> <payload>` or `<seconds> S-- <what was done>`. Which Sentinel comes
 * first, and which of several equal replicas is chosen, is chance in both worlds: a run tells the same as a
 * recording if there is a renaming of those that nothing singles out under which every Sentinel says the
 * same events in the same order. What a hash table's order decides is no difference either: events that
 * one tick has about several replicas or Sentinels, each in its own order, are one group.
 */
import { readFileSync } from "node:fs";

export interface TraceEvent {
  /** Milliseconds since the Sentinels were started. */
  readonly at: number;
  readonly sentinel: string;
  /** Channel and payload. */
  readonly text: string;
}

export interface Trace {
  readonly steps: readonly { readonly at: number; readonly text: string }[];
  readonly events: readonly TraceEvent[];
  /** Lines of any other form: what the recording printed. */
  readonly rest: readonly string[];
}

export function traceFile(name: string): string {
  return readFileSync(
    new URL(`../../../data/sentinel-traces/${name}.txt`, import.meta.url),
    "utf8",
  );
}

export function readTrace(name: string): Trace {
  const steps: { at: number; text: string }[] = [];
  const events: TraceEvent[] = [];
  const rest: string[] = [];
  for (const line of traceFile(name).split("\n")) {
    const found = /^ *([0-9]+)\.([0-9]{3}) (S[0-9]|S--|EV0|--|fake<-|fake) (.*)$/.exec(line);
    if (found === null) {
      rest.push(line);
      continue;
    }
    const [, whole = "", thousandths = "", who = "", text = ""] = found;
    const at = Number(whole) * 1_000 + Number(thousandths);
    if (who === "S--" || who === "--") steps.push({ at, text: text.trim() });
    else if (who.startsWith("S")) events.push({ at, sentinel: who, text });
    else if (who === "EV0") events.push({ at, sentinel: "S0", text });
    else rest.push(line);
  }
  return { steps, events, rest };
}

/** Names that may be exchanged without anybody noticing. */
export interface Renaming {
  readonly sentinels: readonly string[];
  readonly ports: readonly string[];
  readonly masters: readonly string[];
}

/** Events of a tick, and of the replies that come right after it, are closer together than this. */
const together = 45;

/** What each Sentinel says after `from`, in order, groups sorted; what it said before in any order. */
function sequences(
  events: readonly TraceEvent[],
  from: number,
  rename: (text: string) => string,
): Map<string, TraceEvent[]> {
  const bySentinel = new Map<string, TraceEvent[]>();
  for (const { at, ...event } of events) {
    const renamed = { at, sentinel: rename(event.sentinel), text: rename(event.text) };
    const own = bySentinel.get(renamed.sentinel);
    if (own === undefined) bySentinel.set(renamed.sentinel, [renamed]);
    else own.push(renamed);
  }
  const result = new Map<string, TraceEvent[]>();
  for (const [sentinel, own] of bySentinel) {
    const before = own.filter(({ at }) => at < from).sort((a, b) => compare(a.text, b.text));
    result.set(sentinel, [...before, ...grouped(own.filter(({ at }) => at >= from))]);
  }
  return result;
}

function grouped(events: readonly TraceEvent[]): TraceEvent[] {
  const result: TraceEvent[] = [];
  let group: TraceEvent[] = [];
  const close = (): void => {
    // Stable: what is said of one instance keeps its order.
    result.push(...group.sort((a, b) => compare(subject(a.text) ?? "", subject(b.text) ?? "")));
    group = [];
  };
  for (const event of events) {
    const first = group[0];
    if (subject(event.text) === undefined) {
      close();
      result.push(event);
      continue;
    }
    if (first !== undefined && event.at - first.at > together) close();
    group.push(event);
  }
  close();
  return result;
}

/** The replica or Sentinel that an event is about; none for a master's, which stay where they are. */
function subject(text: string): string | undefined {
  const [channel, kind, name, , , , master] = text.split(" ");
  if (kind !== "slave" && kind !== "sentinel") return undefined;
  return channel === "+config-update-from" ? undefined : `${name} @ ${master}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** How a run is held against a recording. */
export interface Comparison {
  /** When the prelude ends, in which Sentinels find each other in any order. */
  readonly from: number;
  /** How far an event may be from when it was recorded: ticks, periods of PING and INFO, a random delay. */
  readonly tolerance: number;
  readonly alike: Renaming;
}

/** Is there a renaming under which the run says what was recorded? */
export function tellsTheSame(
  run: readonly TraceEvent[],
  recorded: readonly TraceEvent[],
  { from, tolerance, alike }: Comparison,
): boolean {
  const wanted = sequences(recorded, from, (text) => text);
  // A quick look first: renaming moves sequences about but does not change how long they are.
  if (lengths(wanted) !== lengths(sequences(run, from, (text) => text))) return false;
  return renamings(alike).some((rename) => {
    const got = sequences(run, from, rename);
    return [...wanted].every(([sentinel, events]) => {
      const own = got.get(sentinel) ?? [];
      return (
        own.length === events.length &&
        events.every(({ at, text }, i) => {
          const event = own[i];
          return event?.text === text && Math.abs(event.at - at) <= tolerance;
        })
      );
    });
  });
}

function lengths(of: ReadonlyMap<string, readonly TraceEvent[]>): string {
  const counts = [...of.values()].map(({ length }) => length);
  return counts.sort((a, b) => a - b).join();
}

/** Every way to exchange the names: an id stands as `ID_S1`, its port as 26001, a replica as its port. */
function renamings(alike: Renaming): ((text: string) => string)[] {
  const all: ((text: string) => string)[] = [];
  for (const sentinels of permutations(alike.sentinels)) {
    for (const ports of permutations(alike.ports)) {
      for (const masters of permutations(alike.masters)) {
        const names = new Map<string, string>();
        alike.sentinels.forEach((name, i) => {
          const to = sentinels[i] as string;
          names.set(name, to).set(`2600${name.slice(1)}`, `2600${to.slice(1)}`);
        });
        alike.ports.forEach((port, i) => {
          names.set(port, ports[i] as string);
        });
        alike.masters.forEach((master, i) => {
          names.set(master, masters[i] as string);
        });
        all.push((text) => text.replace(anyName, (name) => names.get(name) ?? name));
      }
    }
  }
  return all;
}

const anyName = /(?<=\b|ID_)S[0-9]\b|\b[0-9]{4,5}\b|\bm(?:ymaster|2)\b/g;

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}
