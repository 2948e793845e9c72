/**
 * What happens to a world of the swarm: a few faults in the first two thirds of the run, each undone
 * after a while or left to the second phase, and now and then an operator.
 */
import type { RandomStream } from "../kernel/random.js";
import { chance, oneOf, some, time } from "./draw.js";
import type { RawStep } from "./raw.js";
import type { Topology } from "./swarm.js";

type Draw = (stream: RandomStream, topology: Topology) => Partial<RawStep>;

const target = (stream: RandomStream, { servers, sentinels }: Topology): string =>
  oneOf(stream, ["the master", "the master", "any replica", ...servers, ...sentinels]);

const host = (stream: RandomStream, { servers, sentinels }: Topology): string =>
  oneOf(stream, ["the master", ...servers, ...sentinels]);

const kinds: Readonly<Record<string, Draw>> = {
  kill: (stream, topology) => ({ kill: target(stream, topology) }),
  terminate: (stream, topology) => ({ terminate: target(stream, topology) }),
  pause: (stream, topology) => ({ pause: target(stream, topology) }),
  power: (stream, topology) => ({ "power-off": host(stream, topology) }),
  isolate: (stream, topology) => ({ isolate: host(stream, topology) }),
  cut: (stream, { servers, sentinels, clients }) => {
    const all = [...servers, ...sentinels, ...clients];
    const from = some(stream, all, stream.between(1, Math.max(1, Math.floor(all.length / 2))));
    const others = all.filter((name) => !from.includes(name));
    return {
      cut: {
        from,
        to: chance(stream, 50) ? others : some(stream, others, stream.between(1, others.length)),
        direction: oneOf(stream, ["both", "both", "both", "to", "from"]),
        mode: oneOf(stream, ["drop", "drop", "drop", "reject"]),
      },
    };
  },
  slow: (stream, topology) => ({
    slow: {
      from: host(stream, topology),
      latency: time(stream, 50, 3_000),
      jitter: time(stream, 0, 1_000),
      ...(chance(stream, 30) ? { loss: "10%" } : {}),
    },
  }),
  starve: (stream, topology) => ({
    starve: { on: host(stream, topology), time: time(stream, 500, 15_000) },
  }),
  clock: (stream, topology) => {
    const on = host(stream, topology);
    const offset = `${chance(stream, 50) ? "-" : ""}${time(stream, 500, 30_000)}`;
    return chance(stream, 50) ? { jump: { on, by: offset } } : { skew: { on, offset } };
  },
  disk: (stream, topology) => {
    const on = host(stream, topology);
    const slow = { "slow-disk": { on, factor: 10, added: time(stream, 50, 2_000) } };
    return chance(stream, 50) ? slow : { "fill-disk": on };
  },
  operator: (stream, { servers, sentinels }) => {
    const sentinel = oneOf(stream, sentinels as [string, ...string[]]);
    const server = oneOf(stream, servers as [string, ...string[]]);
    return oneOf(stream, [
      { command: { on: sentinel, send: "SENTINEL FAILOVER mymaster" } },
      { command: { on: sentinel, send: "SENTINEL RESET mymaster" } },
      { command: { on: server, send: `DEBUG SLEEP ${stream.between(1, 8)}` } },
      { command: { on: server, send: "BGSAVE" } },
      { command: { on: server, send: "CLIENT KILL TYPE replica" } },
      { command: { on: server, send: "CLIENT KILL TYPE master" } },
      { command: { on: server, send: `CLIENT PAUSE ${stream.between(200, 5_000)} WRITE` } },
    ]);
  },
  wait: (stream, { servers }) => ({
    command: {
      on: chance(stream, 70) ? "the master" : oneOf(stream, servers as [string, ...string[]]),
      send: ["SET waited 1", `WAIT ${stream.between(1, 3)} ${stream.between(50, 2_000)}`],
    },
  }),
};

/** What ends by itself, or has no undoing, is not given a duration. */
const lasting: ReadonlySet<string> = new Set(["kill", "pause", "power", "isolate", "cut", "slow"]);

export function swarmFaults(stream: RandomStream, topology: Topology): RawStep[] {
  const names = some(stream, Object.keys(kinds), stream.between(2, 6)) as [string, ...string[]];
  const count = oneOf(stream, [1, 2, 2, 3, 3, 4, 5, 6, 8]);
  const steps: RawStep[] = [];
  for (let i = 0; i < count; i++) {
    const kind = oneOf(stream, names);
    const what = kinds[kind]?.(stream, topology);
    const at = time(stream, 5_000, topology.duration * 700);
    const lasts = time(stream, 500, 20_000);
    const isUndone = chance(stream, 80) && lasting.has(kind);
    const repeats = chance(stream, 10) && kind !== "clock";
    steps.push({
      name: `${kind}-${i + 1}`,
      at,
      ...(isUndone ? { for: lasts } : {}),
      ...(repeats ? { repeat: { times: stream.between(2, 5), every: "3s..8s" } } : {}),
      ...what,
    });
  }
  return steps;
}
