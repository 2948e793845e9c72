/**
 * Wrong nodes, each wrong in one way that somebody could really program, and the laws of which at least
 * one must be named when exploring finds it. A law that no mutant can break is a law not tested.
 */

import type { Instance } from "../../src/redis/sentinel/instance.js";
import { flag } from "../../src/redis/sentinel/instance.js";
import type { RedisServer } from "../../src/redis/server/redis-server.js";
import { integer } from "../../src/redis/wire/value.js";
import { isCommand, isMessage, type Program, replace, sentinels, servers } from "./patch.js";

export interface Mutant {
  /** What it does wrong. */
  readonly name: string;
  readonly program: Program;
  /** One of these must be broken; words of their names. */
  readonly laws: readonly string[];
  /** Where it is looked for; by default in worlds of the swarm. */
  readonly ground?: "swarm" | "busy" | "split" | "wait" | "wipe" | "idle" | "stale";
}

const oneVote = "votes once in an epoch";
const oneLeader = "one leader for each master";
const mandate = "without a quorum and a majority";
const epochs = "epochs never go back";
const offsets = "offsets never go back";
const oneHistory = "one history for each replication id";
const partialResync = "skips no byte and repeats none";
const needlessResync = "is not made to start over";
const wait = "acknowledged to WAIT";
const bestReplica = "promotes the replica that has the most";
const recovery = "after the faults";

const sentinelMutants: readonly Mutant[] = [
  {
    name: "votes twice in an epoch",
    laws: [oneVote],
    program: sentinels((state) => (input) => {
      if (!isCommand(input, "sentinel", "is-master-down-by-addr")) return;
      for (const master of state.masters.records) master.leaderEpoch = 0;
    }),
  },
  {
    name: "forgets its vote and its epoch with a restart",
    laws: [epochs, oneVote],
    program: sentinels((state) => {
      // It says that the file was written, and it was not.
      let writes = 0;
      replace(state.context.disk, "write", (write) => (path, content, bytes) => {
        return ++writes > 1 ? true : write(path, content, bytes);
      });
      replace(state.context.disk, "rename", () => () => true);
    }),
  },
  {
    name: "counts the quorum and no majority",
    laws: [mandate, oneLeader],
    program: sentinels((state) => () => {
      for (const { sentinels: table } of state.masters.records)
        Object.defineProperty(table, "size", { get: () => 0, configurable: true });
    }),
  },
  {
    name: "believes itself when it thinks the master down",
    laws: [mandate],
    program: sentinels((state) => () => {
      for (const master of state.masters.records) if (master.named !== undefined) master.quorum = 1;
    }),
  },
  {
    name: "starts a failover without a quorum",
    laws: [mandate],
    program: sentinels((state) => () => {
      for (const master of state.masters.records)
        if (master.is(flag.subjectivelyDown)) master.set(flag.objectivelyDown);
    }),
  },
  {
    name: "takes itself for the leader without being elected",
    laws: [mandate, oneLeader],
    program: sentinels((state) => () => {
      for (const master of state.masters.records)
        if (master.is(flag.failoverInProgress)) master.set(flag.forceFailover);
    }),
  },
  {
    name: "promises its vote to whoever asks",
    laws: [mandate, oneLeader],
    program: sentinels((state) => (input) => {
      if (!isCommand(input, "sentinel", "is-master-down-by-addr")) return;
      const { args } = (input as unknown as { payload: { args: readonly string[] } }).payload;
      const [epoch, candidate] = [Number(args[4]), args[5] ?? "*"];
      if (candidate === "*" || epoch < state.currentEpoch) return;
      for (const master of state.masters.records) {
        master.leader = candidate;
        master.leaderEpoch = epoch;
      }
    }),
  },
  {
    name: "uses the same epoch for every attempt",
    laws: [epochs],
    program: sentinels((state) => () => {
      for (const master of state.masters.records)
        if (master.is(flag.objectivelyDown) && !master.is(flag.failoverInProgress))
          state.currentEpoch = Math.min(state.currentEpoch, master.configEpoch);
    }),
  },
  {
    name: "takes over an older configuration",
    laws: [epochs, recovery],
    program: sentinels((state) => (input) => {
      if (isMessage(input)) for (const master of state.masters.records) master.configEpoch = 0;
    }),
  },
  {
    name: "never demotes a master that comes back",
    laws: [recovery],
    program: sentinels((state) => () => {
      for (const replica of replicasOf(state.masters.records))
        if (replica.roleReported === flag.master && !replica.is(flag.promoted))
          replica.roleReportedTime = state.now();
    }),
  },
];

const stalest: Mutant = {
  name: "promotes the stalest replica",
  laws: [bestReplica],
  ground: "stale",
  program: sentinels((state) => () => {
    for (const replica of replicasOf(state.masters.records))
      replica.replicaReplOffset = -Math.abs(replica.replicaReplOffset);
  }),
};

function replicasOf(masters: readonly Instance[]): Instance[] {
  return masters.flatMap(({ replicas }) => replicas.records);
}

const serverMutants: readonly Mutant[] = [
  {
    name: "asks for one byte too far",
    laws: [partialResync],
    program: servers((server) => askingOff(server, 1)),
  },
  {
    name: "asks for one byte again",
    laws: [partialResync],
    program: servers((server) => askingOff(server, -1)),
  },
  {
    name: "leaves out the first command of the backlog",
    laws: [partialResync],
    program: servers(({ replication: { stream } }) => {
      replace(stream, "createBacklog", (create) => () => {
        create();
        const { backlog } = stream;
        if (backlog === undefined) return;
        replace(backlog, "replay", (replay) => (offset, send) => {
          let isFirst = true;
          replay(offset, (payload) => {
            if (!isFirst) send(payload);
            isFirst = false;
          });
        });
      });
    }),
  },
  {
    name: "says that its backlog has what it has forgotten",
    laws: [partialResync],
    ground: "busy",
    program: servers(({ replication: { stream } }) => {
      replace(stream, "createBacklog", (create) => () => {
        create();
        const { backlog } = stream;
        if (backlog !== undefined) replace(backlog, "covers", () => () => true);
      });
    }),
  },
  {
    name: "forgets the second replication id",
    laws: [needlessResync],
    program: servers(({ replication: { history } }) => {
      replace(history, "shift", (shift) => () => {
        shift();
        history.clearSecondary();
      });
    }),
  },
  {
    name: "keeps its replication id when it is promoted",
    laws: [oneHistory, partialResync, recovery],
    ground: "split",
    program: servers(({ replication: { history } }) => {
      replace(history, "shift", () => () => undefined);
    }),
  },
  {
    name: "honours the second replication id beyond its end",
    laws: [oneHistory, partialResync],
    ground: "split",
    program: servers(({ replication: { history } }) => {
      replace(history, "shift", (shift) => () => {
        shift();
        history.secondaryOffset = Number.MAX_SAFE_INTEGER;
      });
    }),
  },
  {
    name: "refuses to go on exactly where its backlog ends",
    laws: [needlessResync],
    ground: "idle",
    program: servers(({ replication: { stream } }) => {
      replace(stream, "createBacklog", (create) => () => {
        create();
        const { backlog } = stream;
        if (backlog === undefined) return;
        replace(backlog, "covers", (covers) => (offset) => {
          return offset !== backlog.first + backlog.length && covers(offset);
        });
      });
    }),
  },
  {
    name: "passes every twentieth command on twice",
    laws: [oneHistory, recovery],
    program: servers(({ replication }) => {
      let passed = 0;
      replace(replication.stream, "pass", (pass) => (payload) => {
        pass(payload);
        if (++passed % 20 === 0) pass(payload);
      });
    }),
  },
  {
    name: "counts a byte too few of every twentieth command",
    laws: [oneHistory, recovery],
    program: servers(({ replication }) => {
      let passed = 0;
      replace(replication.stream, "pass", (pass) => (payload) => {
        pass(payload);
        if (++passed % 20 === 0) replication.history.offset--;
      });
    }),
  },
  {
    name: "applies a command and forgets a key",
    laws: [recovery],
    program: servers(({ replication, keyspace }) => {
      let passed = 0;
      replace(replication.stream, "pass", (pass) => (payload) => {
        pass(payload);
        const key = (payload as { readonly args?: readonly string[] }).args?.[1];
        if (++passed % 20 === 0 && key !== undefined) keyspace.databases[0]?.delete(key);
      });
    }),
  },
  {
    name: "loses what comes while it loads",
    laws: [oneHistory, recovery],
    ground: "busy",
    program: servers(({ replication: { link }, persistence }) => {
      replace(link, "received", (received) => (connection, payload) => {
        const isLoading = persistence.loading && connection === link.connection;
        return isLoading && payload.kind === "request" ? true : received(connection, payload);
      });
    }),
  },
  {
    name: "loads all keys of a dataset but one",
    laws: [recovery],
    program: servers(({ keyspace }) => {
      replace(keyspace, "restore", (restore) => (snapshot, now, drops) => {
        const dropped = restore(snapshot, now, drops);
        const key = keyspace.databases[0]?.keyAt(0);
        if (key !== undefined) keyspace.databases[0]?.delete(key);
        return dropped;
      });
    }),
  },
  {
    name: "begins at offset 0 after a full resync",
    laws: [oneHistory, recovery, partialResync],
    program: servers(({ replication: { history } }) => {
      replace(history, "adopt", (adopt) => (id, _offset, digest) => adopt(id, 0, digest));
    }),
  },
  {
    name: "keeps its own id after a full resync",
    laws: [recovery, wait],
    program: servers(({ replication: { history } }) => {
      replace(history, "adopt", (adopt) => (_id, offset, digest) => {
        adopt(history.id, offset, digest);
      });
    }),
  },
  {
    name: "takes up the same replication id at each start",
    laws: [oneHistory, offsets],
    ground: "wipe",
    program: servers(({ replication: { history } }) => {
      history.id = "5".repeat(40);
      replace(history, "startAnew", () => () => undefined);
    }),
  },
  {
    name: "goes back a command when its link breaks",
    laws: [offsets, oneHistory, partialResync],
    program: servers(({ replication: { link, history } }) => {
      replace(link, "gone", (gone) => (client) => {
        gone(client);
        if (link.cached !== undefined) {
          link.cached = { ...link.cached, applied: link.cached.applied - 14 };
          history.offset -= 14;
        }
      });
    }),
  },
  {
    name: "acknowledges what it has not applied",
    laws: [wait],
    ground: "wait",
    program: servers(({ replication: { link } }) => {
      replace(link, "acknowledge", (acknowledge) => () => {
        const { client } = link;
        if (client !== undefined) client.master.applied += 10_000;
        acknowledge();
        if (client !== undefined) client.master.applied -= 10_000;
      });
    }),
  },
  {
    name: "counts itself for WAIT",
    laws: [wait],
    ground: "wait",
    program: servers(({ replication: { replicas } }) => {
      replace(replicas, "acknowledged", (acknowledged) => (offset) => acknowledged(offset) + 1);
    }),
  },
  {
    name: "answers WAIT with the replicas that are connected",
    laws: [wait],
    ground: "wait",
    program: servers(({ replication: { waiters, replicas }, context }) => {
      replace(waiters, "answer", () => ({ offset }) => {
        context.note({ kind: "waited", offset, replicas: replicas.count });
        return integer(replicas.count);
      });
      replace(replicas, "acknowledged", () => () => replicas.count);
    }),
  },
  {
    name: "does not let itself be demoted",
    laws: [recovery],
    program: servers(({ replication }) => {
      replace(replication, "follow", (follow) => (host, port) => {
        if (replication.isReplica) follow(host, port);
      });
    }),
  },
  {
    name: "gives up its master for good after the second loss",
    laws: [recovery],
    program: servers(({ replication: { link } }) => {
      let dials = 0;
      replace(link, "connect", (connect) => () => {
        if (++dials <= 2) connect();
      });
    }),
  },
  {
    name: "lets clients write to a replica",
    laws: [recovery],
    ground: "split",
    program: servers((server) => {
      replace(server, "refuse", (refuse) => (client, command, flags) => {
        return server.isReplica ? undefined : refuse(client, command, flags);
      });
    }),
  },
  {
    name: "sends the stream to new replicas twice",
    laws: [recovery, oneHistory],
    program: servers(({ replication: { replicas } }) => {
      replace(replicas, "add", (add) => (client, entry) => {
        const replica = add(client, entry);
        replicas.list = [...replicas.list, replica];
        return replica;
      });
    }),
  },
];

/** The replica believes that it has a byte more, or fewer, than it has, when it asks to go on. */
function askingOff({ replication: { link } }: RedisServer, by: number): void {
  replace(link, "gone", (gone) => (client) => {
    gone(client);
    if (link.cached !== undefined)
      link.cached = { ...link.cached, applied: link.cached.applied + by };
  });
}

export const mutants: readonly Mutant[] = [...sentinelMutants, stalest, ...serverMutants];
