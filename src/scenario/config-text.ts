/**
 * redis.conf and sentinel.conf as texts: what of them concerns the layout of a cluster (ports, who
 * replicates whom, who watches what), and the files that the short form of a scenario stands for.
 *
 * Only the layout is read here; whether every line is right is for `redis/config` to say.
 */
import type { Path } from "./document.js";
import { expandedLines, type Included } from "./included.js";
import type { RawDirectives } from "./schema/cluster.js";

export interface Layout {
  readonly port: { readonly port: number; readonly line: number } | undefined;
  readonly replicaof:
    | { readonly host: string; readonly port: number; readonly line: number }
    | undefined;
  readonly monitors: readonly {
    readonly name: string;
    readonly host: string;
    readonly port: number;
    readonly line: number;
  }[];
  /** Some line begins with `sentinel`. */
  readonly isSentinel: boolean;
}

/** The last line of a kind counts, as in Redis; lines of included files are theirs who include them. */
export function layoutOf(text: string, included: Included = new Map()): Layout {
  let port: Layout["port"];
  let replicaof: Layout["replicaof"];
  let isSentinel = false;
  const monitors: Layout["monitors"][number][] = [];
  for (const { line, args } of expandedLines(text, included)) {
    const [first = "", second = "", third = "", fourth = "", fifth = ""] = args;
    switch (first.toLowerCase()) {
      case "port":
        port = { port: Number(second), line };
        break;
      case "replicaof":
      case "slaveof":
        replicaof =
          second.toLowerCase() === "no" ? undefined : { host: second, port: Number(third), line };
        break;
      case "sentinel":
        isSentinel = true;
        if (second.toLowerCase() === "monitor")
          monitors.push({ name: third, host: fourth, port: Number(fifth), line });
        break;
    }
  }
  return { port, replicaof, monitors, isSentinel };
}

/** A text under construction that remembers which value of the scenario each line comes from. */
export class ConfigText {
  #text: string;
  #count: number;
  readonly #origins = new Map<number, Path>();

  constructor(text = "") {
    this.#text = text === "" || text.endsWith("\n") ? text : `${text}\n`;
    this.#count = this.#text.split("\n").length - 1;
  }

  get text(): string {
    return this.#text;
  }

  add(line: string, origin?: Path): void {
    this.#text += `${line}\n`;
    this.#count++;
    if (origin !== undefined) this.#origins.set(this.#count, origin);
  }

  /** Undefined: the line is from a file, or is our own. */
  originOf(line: number): Path | undefined {
    return this.#origins.get(line);
  }

  directives(directives: RawDirectives | undefined, path: Path): void {
    for (const [name, value] of Object.entries(directives ?? {}))
      for (const each of values(value)) this.add(`${name} ${each}`, [...path, name]);
  }

  /** Directives of a Sentinel by their bare names: its masters' options are written for each master. */
  sentinelDirectives(
    directives: RawDirectives | undefined,
    masters: readonly string[],
    path: Path,
  ): void {
    for (const [name, value] of Object.entries(directives ?? {})) {
      const origin = [...path, name];
      for (const each of values(value)) {
        if (masterOptions.has(name.toLowerCase()))
          for (const master of masters) this.add(`sentinel ${name} ${master} ${each}`, origin);
        else if (sentinelOptions.has(name.toLowerCase()))
          this.add(`sentinel ${name} ${each}`, origin);
        else this.add(`${name} ${each}`, origin);
      }
    }
  }
}

function values(value: RawDirectives[string]): readonly string[] {
  return (Array.isArray(value) ? value : [value]).map((each) => {
    if (typeof each === "boolean") return each ? "yes" : "no";
    const text = String(each);
    return text === "" ? '""' : text;
  });
}

/** `sentinel <option> <master> <value>` (`sentinelHandleConfiguration()`). */
const masterOptions: ReadonlySet<string> = new Set([
  "down-after-milliseconds",
  "failover-timeout",
  "parallel-syncs",
  "notification-script",
  "client-reconfig-script",
  "auth-pass",
  "auth-user",
  "rename-command",
  "master-reboot-down-after-period",
]);

/** `sentinel <option> <value>` */
const sentinelOptions: ReadonlySet<string> = new Set([
  "myid",
  "current-epoch",
  "announce-ip",
  "announce-port",
  "deny-scripts-reconfig",
  "resolve-hostnames",
  "announce-hostnames",
  "sentinel-user",
  "sentinel-pass",
]);

/** What `sentinel:` of a scenario takes by its bare name. */
export const sentinelDirectives: readonly string[] = [...masterOptions, ...sentinelOptions];
