/**
 * The order of events on one Sentinel: which always come before which, and which follow one another.
 *
 * An event is known by its channel and by what it is about: the kind of instance, and of a replica
 * whether it is the old master, the promoted one or another. Addresses and ids are forgotten. Where the
 * C code walks a hash table (the +slave lines of a switch, the +sdown lines of a tick) the order is the
 * table's, so events of one sort right behind one another count as one.
 */
import type { SentinelEvent } from "../observe/phase-times.js";
import type { Sample } from "./sample.js";

/** The events of one Sentinel by name, in their order. */
export type Sequence = readonly string[];

/** One sequence for each Sentinel of each sample that has events. */
export function sequencesOf(samples: readonly Sample[]): Sequence[] {
  return samples.flatMap(({ events }) => {
    if (events === undefined) return [];
    const addresses = addressesOf(events);
    const bySentinel = new Map<string, string[]>();
    for (const event of events) {
      const sequence = bySentinel.get(event.node) ?? [];
      bySentinel.set(event.node, sequence);
      const name = nameOf(event, addresses);
      if (sequence.at(-1) !== name) sequence.push(name);
    }
    return [...bySentinel.values()];
  });
}

interface Addresses {
  readonly former: string | undefined;
  readonly promoted: string | undefined;
}

/** +switch-master mymaster 10.77.0.11 6379 10.77.0.12 6379 */
function addressesOf(events: readonly SentinelEvent[]): Addresses {
  const words = events.find((event) => event.channel === "+switch-master")?.payload.split(" ");
  if (words === undefined) return { former: undefined, promoted: undefined };
  return { former: `${words[1]} ${words[2]}`, promoted: `${words[3]} ${words[4]}` };
}

function nameOf({ channel, payload }: SentinelEvent, addresses: Addresses): string {
  const [kind, , ip, port] = payload.split(" ");
  const role = / new reported role is (\w+)$/.exec(payload)?.[1];
  const suffix = role === undefined ? "" : ` to ${role}`;
  switch (kind) {
    case "slave": {
      // A switch announces the replicas in the table's order.
      if (channel === "+slave") return channel;
      const address = `${ip} ${port}`;
      if (address === addresses.former) return `${channel} old master${suffix}`;
      if (address === addresses.promoted) return `${channel} promoted${suffix}`;
      return `${channel} replica${suffix}`;
    }
    case "master":
    case "sentinel":
      return `${channel} ${kind}${suffix}`;
    default:
      return channel;
  }
}

/** Pairs of names, one before the other. */
class Pairs {
  readonly #seconds = new Map<string, Set<string>>();

  add(first: string, second: string): void {
    let seconds = this.#seconds.get(first);
    if (seconds === undefined) {
      seconds = new Set();
      this.#seconds.set(first, seconds);
    }
    seconds.add(second);
  }

  has(first: string, second: string): boolean {
    return this.#seconds.get(first)?.has(second) === true;
  }

  *[Symbol.iterator](): Iterator<readonly [string, string]> {
    for (const [first, seconds] of this.#seconds)
      for (const second of seconds) yield [first, second];
  }
}

/** Whatever came before something else on one Sentinel, each by its first time. */
function precedences(sequences: readonly Sequence[]): Pairs {
  const pairs = new Pairs();
  for (const sequence of sequences) {
    const firsts = [...new Set(sequence)];
    firsts.forEach((first, index) => {
      for (const second of firsts.slice(index + 1)) pairs.add(first, second);
    });
  }
  return pairs;
}

function neighbours(sequences: readonly Sequence[]): Pairs {
  const pairs = new Pairs();
  for (const sequence of sequences)
    sequence.forEach((first, index) => {
      const second = sequence[index + 1];
      if (second !== undefined) pairs.add(first, second);
    });
  return pairs;
}

export interface BrokenPrecedence {
  readonly first: string;
  readonly second: string;
  /** In so many of the recorded sequences that have both it holds, in all of them. */
  readonly recorded: number;
  /** In so many of the simulated sequences that have both it does not. */
  readonly broken: number;
  readonly simulated: number;
  /** How likely so few recordings all show this order, if each shows the other as often as a run does. */
  readonly chance: number;
}

/**
 * What holds in all recordings and not in all simulated runs. That alone proves nothing where C leaves
 * an order open: a voter need not think the master down, so its +sdown may follow its vote, and nine
 * sequences need not show what one in fifty has. `chance` tells that from an order that is wrong.
 */
export function brokenPrecedences(
  recorded: readonly Sequence[],
  simulated: readonly Sequence[],
): BrokenPrecedence[] {
  const real = precedences(recorded);
  const own = precedences(simulated);
  const found: BrokenPrecedence[] = [];
  for (const [first, second] of real) {
    if (real.has(second, first) || !own.has(second, first)) continue;
    const both = (sequence: Sequence) => sequence.includes(first) && sequence.includes(second);
    const having = simulated.filter(both);
    const broken = having.filter((each) => each.indexOf(second) < each.indexOf(first)).length;
    const count = recorded.filter(both).length;
    const chance = power(1 - broken / having.length, count);
    found.push({ first, second, recorded: count, broken, simulated: having.length, chance });
  }
  return found;
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result *= base;
  return result;
}

export interface MissingPair {
  readonly first: string;
  readonly second: string;
  /** In so many recorded sequences. */
  readonly recorded: number;
}

/** Events that follow one another in a recording and in no simulated run. */
export function missingPairs(
  recorded: readonly Sequence[],
  simulated: readonly Sequence[],
): MissingPair[] {
  const own = neighbours(simulated);
  const found: MissingPair[] = [];
  for (const [first, second] of neighbours(recorded))
    if (!own.has(first, second))
      found.push({
        first,
        second,
        recorded: recorded.filter((each) =>
          each.some((name, index) => name === first && each[index + 1] === second),
        ).length,
      });
  return found;
}
