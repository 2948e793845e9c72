/**
 * Directives that Redis acts on and a simulation does not, so that what it shows is not what would happen:
 * whoever runs such a file is told. What is left out without a difference that anybody would see (names
 * of files, logs, threads, encodings) is not here; `--verbose` lists it.
 */
import type { Problem } from "./problem.js";
import type { ServerSettings } from "./settings.js";

interface Unmodelled {
  /** The value that asks for nothing. */
  readonly off: string;
  readonly what: string;
  readonly hint?: string;
}

const tls = "TLS is not modelled";

const directives: ReadonlyMap<string, Unmodelled> = new Map<string, Unmodelled>([
  [
    "tls-port",
    { off: "0", what: `${tls}: this port stays closed`, hint: "everybody must come by port" },
  ],
  ["tls-replication", { off: "no", what: `${tls}: replication goes unencrypted, by port` }],
  ["tls-cluster", { off: "no", what: `${tls}, nor is Redis Cluster` }],
  ["cluster-enabled", { off: "no", what: "Redis Cluster is not modelled: this is a lone server" }],
  [
    "unixsocket",
    { off: "", what: "Unix sockets are not modelled: nobody can connect to this one" },
  ],
  [
    "aclfile",
    { off: "", what: "this file is not read: its users are unknown", hint: "user lines are read" },
  ],
  ["notify-keyspace-events", { off: "", what: "keyspace events are not modelled: none is sent" }],
  ["maxmemory-clients", { off: "0", what: "no client is evicted for the memory it uses" }],
  [
    "rdb-key-save-delay",
    { off: "0", what: "no delay for each key", hint: "a host's machine says how fast it saves" },
  ],
  ["bind-source-addr", { off: "", what: "connections leave from the host's first address" }],
  [
    "no-appendfsync-on-rewrite",
    { off: "no", what: "the AOF is fsynced during a save as at any other time" },
  ],
  ["aof-load-truncated", { off: "yes", what: "an AOF never ends within a command here" }],
]);

/** What to say of a line that was accepted; undefined: nothing. */
export function unmodelled(
  where: string,
  name: string,
  args: readonly string[],
): Problem | undefined {
  const found = directives.get(name);
  if (found === undefined || args.join(" ") === found.off) return undefined;
  return toProblem(where, name, found);
}

/** Modules, which are asked for by a line that is no directive of the table. */
export function unmodelledModule(where: string): Problem {
  return { where, what: "loadmodule: modules are not modelled: its commands are unknown" };
}

/** What several directives ask for together. `where`: of maxmemory-policy. */
export function unmodelledEviction(where: string, settings: ServerSettings): Problem | undefined {
  const { maxmemory, maxmemoryPolicy } = settings;
  if (maxmemory === 0 || maxmemoryPolicy === "noeviction") return undefined;
  return {
    where,
    what: "maxmemory-policy: nothing is evicted: memory may grow beyond maxmemory",
    hint: "noeviction is modelled",
  };
}

function toProblem(where: string, name: string, { what, hint }: Unmodelled): Problem {
  const text = `${name}: ${what}`;
  return hint === undefined ? { where, what: text } : { where, what: text, hint };
}

/** For the test that each of them is a directive without a meaning here. */
export const unmodelledNames: readonly string[] = [...directives.keys()];
