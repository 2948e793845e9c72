/**
 * Which nodes of a scenario belong together: read from the replicaof and monitor lines of their
 * configuration files, so that it holds for clusters however they were written down.
 */
import type { Layout } from "./config-text.js";
import type { Path, SourceDocument } from "./document.js";
import type { Included } from "./included.js";
import type { RawNode } from "./schema/cluster.js";
import { listed } from "./suggest.js";

/** A node before its host and its configuration are known. */
export interface Draft {
  readonly name: string;
  readonly path: Path;
  readonly raw: RawNode;
  readonly kind: "server" | "sentinel";
  /** The text of its file; undefined: the short form writes it. */
  readonly file: string | undefined;
  /** What its file includes. */
  readonly included: Included;
  readonly port: number;
  readonly hostName: string;
  /** Short form: the group it belongs to. */
  readonly group: Group | undefined;
}

export interface Group {
  readonly name: string;
  readonly master: string;
}

/** Who replicates whom and who is watched together, as the configuration files say it. */
export class Membership {
  readonly #document: SourceDocument;
  readonly #layouts: ReadonlyMap<Draft, Layout>;
  readonly #names: ReadonlyMap<string, string>;
  /** Servers by `ip:port`. */
  readonly #servers = new Map<string, Draft>();

  constructor(
    document: SourceDocument,
    layouts: ReadonlyMap<Draft, Layout>,
    names: readonly { readonly name: string; readonly ip: string }[],
    addressOf: ReadonlyMap<string, { readonly ip: string; readonly port: number }>,
  ) {
    this.#document = document;
    this.#layouts = layouts;
    this.#names = new Map(names.map((each) => [each.name, each.ip]));
    for (const draft of layouts.keys()) {
      const at = addressOf.get(draft.name);
      const address = `${at?.ip}:${at?.port}`;
      if (draft.kind === "server" && !this.#servers.has(address)) this.#servers.set(address, draft);
    }
  }

  /** A server belongs to the group under which Sentinels watch one of its chain; else to its first master. */
  groupsOf(draft: Draft): readonly string[] {
    if (draft.kind === "sentinel")
      return (this.#layouts.get(draft)?.monitors ?? []).map((monitor) => monitor.name);
    const chain = this.#chain(draft);
    for (const member of [...chain].reverse())
      for (const layout of this.#layouts.values())
        for (const monitor of layout.monitors)
          if (this.#at(monitor.host, monitor.port) === member) return [monitor.name];
    return [chain.at(-1)?.name ?? draft.name];
  }

  checkLoops(): void {
    const told = new Set<Draft>();
    for (const draft of this.#servers.values()) {
      if (told.has(draft)) continue;
      const chain = this.#chain(draft);
      const next = this.#masterOf(chain.at(-1) ?? draft);
      if (next === undefined || !chain.includes(next)) continue;
      const loop = chain.slice(chain.indexOf(next));
      if (loop.some((member) => told.has(member))) continue;
      for (const member of loop) told.add(member);
      const path = ["replicaof", "config"]
        .map((key) => [...draft.path, key])
        .find((each) => this.#document.has(each));
      this.#document.problem(
        path ?? draft.path,
        `replicaof goes in a circle: ${[...loop, next].map((member) => member.name).join(" -> ")}`,
        `one of ${listed(
          loop.map((member) => member.name),
          "and",
        )} must be a master`,
      );
    }
  }

  /** Under one name Sentinels watch one group; those who watch another one are counted as if they did not. */
  warnOfNamesakes(): void {
    const roots = new Map<string, { readonly sentinel: Draft; readonly root: Draft }>();
    for (const [sentinel, { monitors }] of this.#layouts)
      for (const { name, host, port } of monitors) {
        const master = this.#at(host, port);
        const root = master === undefined ? undefined : this.#chain(master).at(-1);
        if (root === undefined) continue;
        const first = roots.get(name) ?? { sentinel, root };
        roots.set(name, first);
        if (first.root === root) continue;
        const [one, other] = [first, { sentinel, root }].map(
          (each) => `${each.root.name} for ${each.sentinel.name}`,
        );
        this.#document.warnings.push({
          where: this.#document.where(sentinel.path),
          what: `${name} is ${one} and ${other}: whatever is counted takes them for one group`,
          hint: "call one of them something else",
        });
      }
  }

  /** The server, its master, that one's master: up to a master or a server already seen. */
  #chain(draft: Draft): readonly Draft[] {
    const chain: Draft[] = [draft];
    for (let next = this.#masterOf(draft); next !== undefined; next = this.#masterOf(next)) {
      if (chain.includes(next)) break;
      chain.push(next);
    }
    return chain;
  }

  #masterOf(draft: Draft): Draft | undefined {
    const replicaof = this.#layouts.get(draft)?.replicaof;
    return replicaof === undefined ? undefined : this.#at(replicaof.host, replicaof.port, draft);
  }

  #at(host: string, port: number, from?: Draft): Draft | undefined {
    const ip = this.#names.get(host) ?? host;
    if ((ip === "127.0.0.1" || ip === "localhost") && from !== undefined)
      for (const draft of this.#servers.values())
        if (draft.hostName === from.hostName && draft.port === port) return draft;
    return this.#servers.get(`${ip}:${port}`);
  }
}
