/**
 * From a request to its reply: the checks of `processCommand()` in their order, MULTI's queue, and
 * `call()`. Every text a refused client reads is written here, as its version of Redis writes it.
 */
import { cString } from "../wire/text.js";
import { type Request, status, type Value } from "../wire/value.js";
import type { Client, Transaction } from "./client.js";
import { endpoint } from "./client-info.js";
import { type Command, flag, isOf } from "./command.js";
import { Execution } from "./execution.js";
import type { ServerProcess } from "./process.js";
import { hasSubcommands } from "./subcommands.js";
import { isUnmodelled } from "./unmodelled.js";

/** A row of this process's table: the command with its flags in this version. */
export interface Entry {
  readonly command: Command;
  readonly arity: number;
  readonly flags: number;
  /** From 7.0 on shown with its subcommand. */
  readonly isContainer: boolean;
}

const queued = status("QUEUED");
const noAuth = "NOAUTH Authentication required.";
/** What a browser sends that was made to speak to a Redis port; in 6.2 two commands of a server. */
const crossProtocol = /^(?:post|host:)$/i;
const inherited = flag.stale | flag.loading;

export class Dispatcher {
  readonly #process: ServerProcess;
  /** By lower-case name, after rename-command. */
  readonly #table = new Map<string, Entry>();
  /** By the spelling that clients use, so that no name is lower-cased twice. */
  readonly #spellings = new Map<string, Entry>();
  #outer: Execution | undefined;
  #inner: Execution | undefined;
  /** Replies of the command that runs inside EXEC, when it makes several itself. */
  #captured: Value[] | undefined;
  #capturing: Client | undefined;
  /** When `securityWarningCommand()` last wrote to the log, in Unix seconds. */
  #lastWarning = 0;

  constructor(process: ServerProcess) {
    this.#process = process;
    const renamed = process.settings.renamedCommands;
    for (const [name, command] of process.mode.commands) {
      if (!isOf(process.behaviour, command)) continue;
      const { from70 } = process.behaviour;
      const flags = from70 ? command.flags : (command.flags62 ?? command.flags);
      const arity = from70 ? command.arity : (command.arity62 ?? command.arity);
      const newName = renamed.get(name) ?? name;
      if (newName === "") continue;
      const isContainer = hasSubcommands(command.name);
      this.#table.set(newName, { command, arity, flags, isContainer });
    }
  }

  get entries(): ReadonlyMap<string, Entry> {
    return this.#table;
  }

  lookup(name: string): Entry | undefined {
    const known = this.#spellings.get(name);
    if (known !== undefined) return known;
    const entry = this.#table.get(name.toLowerCase());
    if (entry !== undefined) this.#spellings.set(name, entry);
    return entry;
  }

  /** `processCommand()` */
  process(client: Client, request: Request): void {
    const process = this.#process;
    const args = request.args;
    const name = args[0] as string;
    // Most clients send one command again and again.
    let entry = client.lastEntry;
    if (entry === undefined || name !== client.lastName) {
      entry = this.lookup(name);
      client.lastName = name;
      client.lastEntry = entry;
    }
    // 6.2 treats QUIT before it looks for the command; from 7.0 on Sentinels do not know it.
    if (!process.behaviour.from70 && entry === undefined && name.toLowerCase() === "quit") {
      process.reply(client, status("OK"));
      client.closeAfterReply = true;
      return;
    }
    if (entry === undefined) {
      if (process.behaviour.from70 && crossProtocol.test(name)) {
        this.abortCrossProtocol(client);
        return;
      }
      client.lastCommand = "";
      client.lastSubcommand = undefined;
      this.#reject(client, undefined, this.#unknownCommand(args));
      return;
    }
    const { command, arity } = entry;
    client.lastCommand = command.name;
    client.lastSubcommand = entry.isContainer ? args[1] : undefined;
    if (arity > 0 ? args.length !== arity : args.length < -arity) {
      const text = `ERR wrong number of arguments for '${command.name}' command`;
      this.#reject(client, command, text);
      return;
    }
    const flags = this.#effectiveFlags(client, entry);
    const refusal = this.#refusal(client, entry, args, flags);
    if (refusal !== undefined) {
      this.#reject(client, command, refusal);
      return;
    }
    if (this.#isPaused(client, flags)) {
      process.postpone(client, request);
      return;
    }
    const transaction = client.transaction;
    if (transaction !== undefined && (flags & flag.neverQueued) === 0) {
      queue(transaction, request, entry.flags);
      process.reply(client, queued);
      return;
    }
    this.#call(client, request, command);
  }

  /** `securityWarningCommand()`; the connection ends without another byte. */
  abortCrossProtocol(client: Client): void {
    const process = this.#process;
    if (Math.abs(process.unixtime - this.#lastWarning) > 60) {
      this.#lastWarning = process.unixtime;
      const from = process.behaviour.from72 ? ` from ${endpoint(client.peer)}` : "";
      process.log(
        "#",
        `Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands to Redis. This is likely due to an attacker attempting to use Cross Protocol Scripting to compromise your Redis instance. Connection${from} aborted.`,
      );
    }
    process.freeClientAsync(client);
  }

  /** The commands that were queued, each with its reply, as EXEC runs them. */
  runQueued(client: Client, transaction: Transaction): Value[] {
    const replies: Value[] = [];
    this.#captured = replies;
    this.#capturing = client;
    for (const request of transaction.queue) {
      const entry = this.lookup(request.args[0] as string);
      if (entry === undefined) continue;
      const denial = this.#process.acl.denialInTransaction(client, entry.command, request.args);
      if (denial !== undefined) {
        replies.push(this.#process.errorReply(client, denial));
        continue;
      }
      this.#inner ??= new Execution(this.#process, client, entry.command);
      client.lastCommand = entry.command.name;
      const reply = this.#inner.run(client, request, entry.command);
      this.#process.statistics.commands++;
      this.#process.context.busy(this.#process.context.machine.command);
      if (reply === undefined) continue;
      if (reply.kind === "error") this.#process.countError(client, reply.text);
      replies.push(reply);
    }
    this.#captured = undefined;
    this.#capturing = undefined;
    return replies;
  }

  get inExec(): boolean {
    return this.#captured !== undefined;
  }

  /** True when the value was taken as part of the EXEC under way. */
  capture(client: Client, value: Value): boolean {
    if (this.#captured === undefined || client !== this.#capturing) return false;
    this.#captured.push(value);
    return true;
  }

  /** `call()` */
  #call(client: Client, request: Request, command: Command): void {
    const process = this.#process;
    process.refreshClock();
    process.effects.clear();
    this.#outer ??= new Execution(process, client, command);
    const call = this.#outer;
    const reply = call.run(client, request, command);
    process.statistics.commands++;
    process.context.busy(process.context.machine.command);
    if (reply !== undefined) {
      if (reply.kind === "error") process.countError(client, reply.text);
      process.reply(client, reply);
    }
    process.mode.executed(call);
  }

  /** What the command is allowed to do, EXEC's with the flags of what it would run. */
  #effectiveFlags(client: Client, entry: Entry): number {
    const transaction = client.transaction;
    if (transaction === undefined || entry.command.name !== "exec") return entry.flags;
    const kept = entry.flags & (~inherited | transaction.allFlags);
    return kept | (transaction.anyFlags & ~inherited);
  }

  #refusal(
    client: Client,
    entry: Entry,
    args: readonly string[],
    flags: number,
  ): string | undefined {
    const process = this.#process;
    const { command } = entry;
    const acl = process.acl;
    if (acl.authRequired && !client.authenticated && (entry.flags & flag.noAuth) === 0) {
      return noAuth;
    }
    if (client.transaction !== undefined && (entry.flags & flag.noMulti) !== 0) {
      if (process.behaviour.from70) return "ERR Command not allowed inside a transaction";
    }
    const account = client.account;
    if (account !== undefined && !account.unrestricted) {
      const denial = acl.denial(client, command, args);
      if (denial !== undefined) return denial;
    }
    const refused = process.mode.refuse(client, command, flags);
    if (refused !== undefined) return refused.text;
    if (
      client.protocol === 2 &&
      client.subscriptions > 0 &&
      (flags & flag.pubsubContext) === 0 &&
      client.type === "pubsub"
    ) {
      return process.behaviour.from70
        ? `ERR Can't execute '${command.name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`
        : `ERR Can't execute '${command.name}': only (P)SUBSCRIBE / (P)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`;
    }
    const unready = process.mode.refuseUnready?.(client, flags);
    if (unready !== undefined) return unready.text;
    if (
      client.replica !== undefined &&
      process.behaviour.from70 &&
      (flags & (flag.write | flag.mayReplicate | flag.readonly)) !== 0
    ) {
      return "ERR Replica can't interact with the keyspace";
    }
    return undefined;
  }

  /** Replicas are never paused; in every version the link to a master is. */
  #isPaused(client: Client, flags: number): boolean {
    const type = this.#process.pauses.type;
    if (type === undefined || client.replica !== undefined) return false;
    return type === "all" || (flags & (flag.write | flag.mayReplicate)) !== 0;
  }

  /** `rejectCommand()`: inside MULTI it spoils the transaction; EXEC ends it (`execCommandAbort()`). */
  #reject(client: Client, command: Command | undefined, text: string): void {
    const process = this.#process;
    let refusal = text;
    if (command?.name === "exec") {
      client.transaction = undefined;
      process.unwatch(client);
      // A plain error has no code of its own yet when rejectCommandFormat() hands it on.
      const why = text.startsWith("ERR ") ? text.slice(4) : text;
      refusal = `EXECABORT Transaction discarded because of: ${why}`;
    } else if (client.transaction !== undefined) {
      client.transaction.dirty = true;
    }
    process.reply(client, process.errorReply(client, refusal));
  }

  #unknownCommand(args: readonly string[]): string {
    const { behaviour, mode } = this.#process;
    const { from70 } = behaviour;
    const name = cString(args[0] as string);
    if (mode.name === "redis" && isUnmodelled(name, behaviour))
      return `ERR redsim does not model the command '${name.toUpperCase()}'`;
    let rest = "";
    for (let i = 1; i < args.length && rest.length < 128; i++) {
      const argument = cString(args[i] as string).slice(0, 128 - rest.length);
      rest += from70 ? `'${argument}' ` : `\`${argument}\`, `;
    }
    return from70
      ? `ERR unknown command '${name.slice(0, 128)}', with args beginning with: ${rest}`
      : `ERR unknown command \`${name}\`, with args beginning with: ${rest}`;
  }
}

function queue(transaction: Transaction, request: Request, flags: number): void {
  transaction.queue.push(request);
  transaction.anyFlags |= flags;
  transaction.allFlags &= flags;
}
