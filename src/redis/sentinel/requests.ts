/**
 * The commands a Sentinel sends to the instances of one master, made once: most of them never change, and
 * all go out under the names that the master's rename-command gives them.
 */
import { type Request, request } from "../wire/value.js";
import { sameText } from "./address.js";
import { helloChannel } from "./timing.js";

export class Requests {
  /** Old name to new name, as written (`renamed_commands`); matched without regard to case. */
  readonly renamed = new Map<string, string>();
  /** Those that are always the same. */
  fixed: FixedRequests;

  constructor(renamed: ReadonlyMap<string, string>) {
    for (const [command, name] of renamed) this.renamed.set(command, name);
    this.fixed = fixedRequests(this);
  }

  /** SENTINEL SET rename-command: a name mapped to itself is mapped no more. */
  rename(command: string, name: string): void {
    for (const old of this.renamed.keys()) if (sameText(old, command)) this.renamed.delete(old);
    if (!sameText(command, name)) this.renamed.set(command, name);
    this.fixed = fixedRequests(this);
  }

  /** `sentinelInstanceMapCommand()` */
  name(command: string): string {
    if (this.renamed.size === 0) return command;
    for (const [old, name] of this.renamed) if (sameText(old, command)) return name;
    return command;
  }
}

export interface FixedRequests {
  readonly ping: Request;
  readonly info: Request;
  readonly subscribe: Request;
  readonly scriptKill: Request;
  readonly multi: Request;
  readonly replicaofNoOne: Request;
  readonly configRewrite: Request;
  readonly killNormal: Request;
  readonly killPubsub: Request;
  readonly exec: Request;
}

function fixedRequests(names: Requests): FixedRequests {
  return {
    ping: request(names.name("PING")),
    info: request(names.name("INFO")),
    subscribe: request(names.name("SUBSCRIBE"), helloChannel),
    scriptKill: request(names.name("SCRIPT"), "KILL"),
    multi: request(names.name("MULTI")),
    replicaofNoOne: request(names.name("SLAVEOF"), "NO", "ONE"),
    configRewrite: request(names.name("CONFIG"), "REWRITE"),
    killNormal: request(names.name("CLIENT"), "KILL", "TYPE", "normal"),
    killPubsub: request(names.name("CLIENT"), "KILL", "TYPE", "pubsub"),
    exec: request(names.name("EXEC")),
  };
}
